import { kernelRange } from '../kernel/socket-options.ts'
import { formatDuration } from '../settings/duration.ts'
import type { Keepalive } from '../settings/keepalive.ts'
import { type Draft, isDraft } from './draft.ts'
import type { Mistake } from './mistake.ts'
import type { Config } from './schema.ts'

/** What no schema of one entry can see: names are labels and table rows, so no two probes share one. */
export function checksOf({ probes }: Draft): Mistake[] {
  if (!Array.isArray(probes)) return []
  const names = probes.map((probe: unknown) =>
    isDraft(probe) && typeof probe.name === 'string' ? probe.name : undefined,
  )
  return names.flatMap((name, index) => {
    const first = names.indexOf(name)
    if (name === undefined || first === index) return []
    return [
      {
        path: ['probes', index, 'name'],
        sentence: `expected a name of its own, found ${JSON.stringify(name)}, which probes[${first}] has already`,
      },
    ]
  })
}

/** What will work, but hardly as meant; or not at all, where only the kernel knows for sure. */
export function warningsOf(config: Config): Mistake[] {
  return [...inTheClear(config), ...ownLedger(config), ...warningsAbout(config)]
}

/** The data ports never tell their token: another port should not either. */
function inTheClear({ auth, web }: Config): Mistake[] {
  if (web === 'off' || web.tls !== undefined || auth.tokenFile === undefined || auth.tokenFile !== web.tokenFile)
    return []
  const sentence = 'the same token is sent in the clear to the web port, as there is no web.tls: take another one there'
  return [{ path: ['auth', 'tokenFile'], sentence }]
}

/** A pair asks itself as it would ask any server. */
function ownLedger({ web, evidence, probes, server }: Config): Mistake[] {
  if (web === 'off' || evidence === 'off' || probes.length === 0 || Object.keys(server).length === 0) return []
  const asks = evidence.tls !== undefined && evidence.tls.servers !== 'off'
  if (asks === (web.tls !== undefined)) return []
  const [ours, theirs] = asks ? ['HTTPS', 'HTTP'] : ['HTTP', 'HTTPS']
  const sentence = `this pair asks its own ledger over ${ours}, and its web port talks ${theirs}: set both web.tls and evidence.tls, or neither`
  return [{ path: ['evidence'], sentence }]
}

function warningsAbout({ probes, server }: Config): Mistake[] {
  const entries = [
    ...probes.map((probe, index) => ({ path: ['probes', index], settings: probe as unknown })),
    ...Object.entries(server).map(([name, settings]) => ({ path: ['server', name], settings })),
  ]
  if (entries.length === 0) return [{ path: [], sentence: 'nothing to ask and nothing to answer: no probe, no server' }]
  return entries.flatMap(({ path, settings }) => {
    if (!isDraft(settings) || !isDraft(settings.keepalive)) return []
    const keepalive = settings.keepalive as Exclude<Keepalive, 'off'> // decoded by its schema
    const warnings = [...beyondTheKernel(keepalive), ...meaningless(keepalive, settings.userTimeout)]
    return warnings.map(({ path: inside, sentence }) => ({ path: [...path, ...inside], sentence }))
  })
}

/** Let through by the schema: kernels may differ, and the one we run on has the last word. */
function beyondTheKernel({ idle, interval, count }: Exclude<Keepalive, 'off'>): Mistake[] {
  const asked = { idle: idle / 1000, interval: interval / 1000, count }
  const taken = { idle: kernelRange.idleS, interval: kernelRange.intervalS, count: kernelRange.count }
  return (['idle', 'interval', 'count'] as const).flatMap(field => {
    const [least, most] = taken[field]
    if (asked[field] <= most) return []
    const unit = field === 'count' ? '' : 's'
    const sentence = `the kernel will refuse ${asked[field]}${unit}: it takes ${least}..${most}${unit}`
    return [{ path: ['keepalive', field], sentence }]
  })
}

function meaningless({ idle, interval, count }: Exclude<Keepalive, 'off'>, userTimeout: unknown): Mistake[] {
  const byCount = idle + interval * count
  if (typeof userTimeout !== 'number' || userTimeout === 0 || userTimeout === byCount) return []
  const after = formatDuration(Math.max(userTimeout, idle))
  const sentence = `with a user timeout the kernel ignores keepalive's count: a dead peer is noticed after about ${after}, not ${formatDuration(byCount)}`
  return [{ path: ['userTimeout'], sentence }]
}
