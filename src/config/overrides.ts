import type { Kind } from '../probes/kind.ts'
import { type Draft, probeDrafts, section, serverDrafts } from './draft.ts'
import { on, type Override } from './flag.ts'
import { addressForm, countForm, keepaliveForm, portForm } from './forms.ts'
import type { Path } from './mistake.ts'
import { dataPort, readdress, splitAddress } from './readdress.ts'
import { commands } from './schema.ts'
import { secretFlags } from './secret-flags.ts'

/** Every override, in the order they apply. To add one: add it here. */
export const overrides: readonly Override[] = [
  on(
    ['client'],
    'server',
    '<host[:port]>',
    'the Service: replaces the host of every probe with path service',
    towards('service'),
    addressForm,
  ),
  on(
    ['client'],
    'pods',
    '<host[:port]>',
    'the pods behind it: replaces the host of every probe with path pod',
    towards('pod'),
    addressForm,
  ),
  on(
    ['pair', 'client'],
    'connections',
    '<number>',
    'connections of every cohort',
    (draft, text, kinds) => inProbes(draft, kinds, 'connections', numberOr(text)),
    countForm,
  ),
  on(
    ['pair', 'client'],
    'idle',
    '<duration>',
    'silence of every cohort; a list such as 1m,5m,15m makes rungs',
    (draft, text, kinds) => inProbes(draft, kinds, 'idle', text.includes(',') ? text.split(',') : text),
  ),
  on(
    ['pair', 'client'],
    'keepalive',
    '<off|idle[,interval[,count]]>',
    'keepalive of every cohort, such as 60s,10s,3',
    (draft, text, kinds) => inProbes(draft, kinds, 'keepalive', keepaliveOf(text)),
    keepaliveForm,
  ),
  on(['client'], 'dns', '<address>', 'the DNS server every dns probe asks', (draft, text, kinds) =>
    inProbes(draft, kinds, 'servers', text.split(',')),
  ),
  on(
    commands,
    'port',
    '<number>',
    `data port, in place of ${dataPort}`,
    (draft, text, kinds) => [
      ...probeDrafts(draft, kinds).flatMap(({ path, probe }) => readdress(probe, 'to', path, { port: text })),
      ...serverDrafts(draft, kinds).flatMap(({ path, half }) => readdress(half, 'listen', path, { port: text })),
    ],
    portForm,
  ),
  on(commands, 'web', '<off|address>', 'where metrics, JSON and the page are served', (draft, text) => {
    if (text === 'off') draft.web = 'off'
    else section(draft, 'web').listen = text // what guards it stays
    return [['web']]
  }),
  on(
    commands,
    'web-port',
    '<number>',
    'the port of it, in place of 8080',
    (draft, text) => {
      const web = section(draft, 'web')
      const before = typeof web.listen === 'string' ? web.listen : '0.0.0.0'
      web.listen = `${splitAddress(before).host}:${text}`
      return [['web']]
    },
    portForm,
  ),
  on(commands, 'journal', '<off|dir>', 'where what happened is kept for "longhold report"', (draft, text) => {
    if (text === 'off') draft.journal = 'off'
    else section(draft, 'journal').dir = text
    return [['journal']]
  }),
  on(
    ['pair', 'client'],
    'agent',
    '<off|own|host[:port]>',
    'longhold agent on this node, asked for evidence',
    (draft, text) => {
      const agent = section(section(draft, 'evidence'), 'agent')
      if (text === 'off' || text === 'own') section(draft, 'evidence').agent = text
      else agent.at = text
      return [['evidence', 'agent']]
    },
  ),
  ...secretFlags,
  on(commands, 'log-level', '<level>', 'debug, info, warn or error', (draft, text) => {
    section(draft, 'log').level = text
    return [['log', 'level']]
  }),
  on(commands, 'pod', '<name>', 'who we are, as told to the other side', inIdentity('pod')),
  on(commands, 'node', '<name>', 'the machine we are on, as told to the other side', inIdentity('node')),
  on(commands, 'zone', '<name>', 'the zone of that machine, as told to the other side', inIdentity('zone')),
  on(commands, 'ip', '<address>', 'our address, as told to the other side', inIdentity('ip')),
]

function inIdentity(field: string): Override['apply'] {
  return (draft, text) => {
    section(draft, 'identity')[field] = text
    return [['identity', field]]
  }
}

/** Sets one field of every probe whose kind knows it. */
function inProbes(draft: Draft, kinds: readonly Kind[], field: string, value: unknown): Path[] {
  return probeDrafts(draft, kinds)
    .filter(({ knows }) => knows.has(field))
    .map(({ path, probe }) => {
      probe[field] = value
      return [...path, field]
    })
}

/** Replaces the host of every probe on this path; a port, where given, replaces the data port, as `--port` does. */
function towards(way: 'service' | 'pod'): Override['apply'] {
  return (draft, text, kinds) =>
    probeDrafts(draft, kinds)
      .filter(({ probe, knows }) => knows.has('to') && (probe.path ?? 'service') === way)
      .flatMap(({ path, probe }) => readdress(probe, 'to', path, splitAddress(text)))
}

/** `off`, or `IDLE[,INTERVAL[,COUNT]]`. */
function keepaliveOf(text: string): unknown {
  if (text === 'off') return text
  const [idle, interval, count, ...more] = text.split(',')
  if (more.length > 0) return text
  return { idle, ...(interval && { interval }), ...(count && { count: numberOr(count) }) }
}

/** Digits become a number; anything else stays, for the schema to say what it expected. */
const numberOr = (text: string): unknown => (/^\d{1,15}$/.test(text) ? Number(text) : text)
