import type { Entry } from '../src/evidence/conntrack-entries/facts.ts'
import type { ConntrackTable } from '../src/evidence/conntrack/facts.ts'
import type { Ipvs } from '../src/evidence/ipvs/facts.ts'
import type { LedgerFacts } from '../src/evidence/ledger/facts.ts'
import type { NatRules } from '../src/evidence/nat-rules/facts.ts'
import type { Evidence, Readings } from '../src/outcome/evidence.ts'
import type { Identity } from '../src/outcome/identity.ts'
import type { Asked, Began, Ended, Observation } from '../src/outcome/observation.ts'
import { asked, ended, examined, exchanged, opened, storyBegins } from './stories.ts'

/** What calls met: connects, words on connections, questions, and what was looked up of them. Seconds of the story. */
export const service = '10.96.22.22'
export const me: Identity = { pod: 'client', node: 'node-a', ip: '10.244.1.10', instance: 'me' }

/** Servers 0 to 9 are on our own node, 10 to 19 on node-b, and so on: `10.244.1.20`, `10.244.2.11`. */
export const server = (i: number): Identity => ({
  pod: `srv${i}`,
  node: `node-${'abcdef'[Math.floor(i / 10)]}`,
  ip: `10.244.${1 + Math.floor(i / 10)}.${20 + (i % 10)}`,
  instance: `i${i}`,
})

export const began = (s = 0, identity: Identity = me): Observation =>
  ({ type: 'began', side: 'client', identity, version: '1', at: storyBegins + s * 1000, steady: 0 }) satisfies Began & {
    at: number
    steady: number
  }

/** How an attempt ends: answered by a server, or not. */
export type Fate = number | 'silent' | 'refused' | { readonly wrongly: string }

export interface Calls {
  readonly name?: string
  readonly from?: number
  readonly to?: number
  readonly every?: number
  /** Whom they call: the Service, an address, or (a number) a server straight. */
  readonly called?: string | number
  readonly fate: (s: number, i: number) => Fate
}

const hostOf = (called: string | number | undefined): string =>
  typeof called === 'number' ? server(called).ip : (called ?? service)
const times = ({ from = 0, to = 30, every = 0.25 }: Calls) =>
  Array.from({ length: Math.ceil((to - from) / every - 1e-9) }, (_, i) => from + i * every)
const tcp = (s: number, host: string) =>
  ({ proto: 'tcp', local: `${me.ip}:${20_000 + Math.round(s * 100)}`, remote: `${host}:7000` }) as const

/** New connections; a silent one is given up after 2 s. */
export function connects(calls: Calls): Observation[] {
  const { name = 'new', called, fate } = calls
  const of = { cohort: name, path: typeof called === 'number' ? 'pod' : 'service' } as const
  return times(calls).map((s, i) => {
    const ends = fate(s, i)
    if (typeof ends === 'number') return opened(s, { ...of, id: `${name}-${i}`, peer: server(ends) })
    const tookUs = ends === 'refused' ? 300 : 2e6
    const word = ends === 'refused' ? ({ fate: 'refused', code: 'ECONNREFUSED connect' } as const) : timeout
    return { ...unopened(s + tookUs / 1e6, tookUs, tcp(s, hostOf(called))), ...of, ...word }
  })
}

const timeout = { fate: 'timeout', code: 'DEADLINE' } as const

function unopened(s: number, tookUs: number, flow: Ended['flow'] & {}) {
  const {
    id: _,
    peer: __,
    ...told
  } = ended(s, { phase: 'connect', idleMs: 0, lifetimeMs: 0, exchanges: 0, tookUs, flow }) as Ended & {
    at: number
    steady: number
  }
  return told
}

export interface Held {
  readonly name?: string
  readonly servers: readonly number[]
  readonly called?: string | number
  readonly from?: number
  readonly to?: number
  /** One word each second, until the first that is not answered. */
  readonly fate?: (s: number, server: number) => 'answered' | 'silent' | 'closed' | 'reset' | 'goodbye'
}

/** Connections that were opened before, one to each server named, and speak every second; a silent word is given up after 4 s. */
export function held({
  name = 'held',
  servers,
  called,
  from = 0,
  to = 30,
  fate = () => 'answered',
}: Held): Observation[] {
  const of = { cohort: name, path: typeof called === 'number' ? 'pod' : 'service' } as const
  return servers.flatMap((number, i) => {
    const [id, peer, flow] = [`${name}-${i}`, server(number), tcp(1000 + i, hostOf(called))]
    const told: Observation[] = [opened(from + i * 0.001, { ...of, id, peer })]
    for (let s = from + 1 + i * 0.001; s < to; s++) {
      const ends = fate(s, number)
      if (ends === 'answered') {
        told.push(exchanged(s, { ...of, id, idleMs: 1000 }))
        continue
      }
      told.push(lost(s, ends, { ...of, id, peer, flow, idleMs: 1000 }))
      break
    }
    return told
  })
}

function lost(s: number, ends: 'silent' | 'closed' | 'reset' | 'goodbye', more: Partial<Ended>): Observation {
  if (ends === 'silent') return ended(s + 4, { ...more, ...timeout, tookUs: 4e6 })
  if (ends === 'reset') return ended(s, more)
  const idle = { phase: 'idle', tookUs: 0, fate: 'closed' } as const
  if (ends === 'closed') return ended(s, { ...more, ...idle, code: 'FIN' })
  const { flow: _, ...planned } = more
  return ended(s, { ...planned, ...idle, code: 'BYE server stops', planned: true })
}

/** Questions of `udp-echo`, which tells who answers: from new ports, or (with `port`) all from one. Given up after 1 s. */
export function echoes(calls: Calls & { readonly port?: number }): Observation[] {
  const { name = 'echo', called, fate, port } = calls
  const of = { kind: 'udp-echo', probe: name, mode: port === undefined ? 'fresh' : 'pinned' } as const
  return times(calls).map((s, i) => {
    const ends = fate(s, i)
    const local = `${me.ip}:${port ?? 50_000 + i}`
    const flow = { flow: { proto: 'udp', local, remote: `${hostOf(called)}:7000` } } as const
    if (typeof ends === 'number') {
      const { pod, instance } = server(ends)
      return asked(s, { ...of, by: `${pod}/${instance}`, ...(port !== undefined && flow) })
    }
    return asked(s + (ends === 'refused' ? 0 : 1), { ...of, ...flow, ...wordOf(ends) })
  })
}

function wordOf(ends: Exclude<Fate, number>): Partial<Asked> {
  if (ends === 'refused') return { fate: 'refused', code: 'ECONNREFUSED recvmsg', tookUs: 300 }
  if (ends === 'silent') return { ...timeout, tookUs: 1e6 }
  return { fate: 'wrong-source', code: 'WRONG_SOURCE', by: ends.wrongly, tookUs: 1e6 }
}

/** What was looked up at a moment. */
export interface Look {
  /** Where the node led these flows of ours; to `null`: nothing translated at all, the flow waits for the called itself. */
  readonly led?: readonly {
    readonly local: string
    readonly remote?: string
    readonly proto?: 'tcp' | 'udp'
    readonly to: string
    readonly back?: string
    readonly replied?: true
  }[]
  readonly rules?: Partial<NatRules>
  readonly ipvs?: Partial<Ipvs>
  readonly sysctl?: Readonly<Record<string, number>>
  readonly netstat?: Readonly<Record<string, number>>
  readonly table?: Partial<ConntrackTable>
  readonly own?: Readonly<Record<string, number>>
  readonly cpu?: Readonly<Record<string, number>>
  readonly ledger?: LedgerFacts
}

export function look(s: number, { led, rules, ipvs, sysctl, netstat, table, own, cpu, ledger }: Look): Observation {
  const at = storyBegins + s * 1000
  const read = (values: Readonly<Record<string, unknown>>): Readings =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, { at, value }]])),
    )
  const node = read({
    'conntrack-entries': led?.map(entryOf),
    'nat-rules': rules && { through: 'iptables-save', serviceRules: true, services: [], masquerades: [], ...rules },
    ipvs: ipvs && { services: [], connections: [], ...ipvs },
    sysctl,
    netstat,
    conntrack: table && { count: 1000, max: 262_144, counters: {}, ...table },
  })
  const evidence: Evidence = {
    own: read({ netstat: own ?? {}, cpu }),
    ...(Object.keys(node).length > 0 && { node }),
    ...(ledger && { servers: read({ ledger }) }),
  }
  return examined(s, evidence)
}

function entryOf({
  local,
  remote = `${service}:7000`,
  proto = 'tcp',
  to,
  back,
  replied,
}: NonNullable<Look['led']>[number]) {
  const [[src = '', sport], [dst = '', dport]] = [local.split(':'), remote.split(':')]
  const entry: Entry = {
    proto,
    original: { src, dst, sport: Number(sport), dport: Number(dport) },
    reply: { src: to, dst: back ?? src, sport: Number(dport), dport: Number(sport) },
    unreplied: replied !== true,
    assured: replied === true,
  }
  return { flow: `${proto} ${local} ${remote}`, entry }
}

/** The flows of attempts that failed, to be looked up. */
export const flowsOf = (
  told: readonly Observation[],
): { readonly local: string; readonly remote: string; readonly proto: 'tcp' | 'udp' }[] =>
  told.flatMap(each => ('flow' in each && each.flow ? [each.flow] : []))

/** The Service leads to these servers, by the rules of the node. */
export const ruled = (...servers: readonly number[]): Partial<NatRules> => ({
  services: (['tcp', 'udp'] as const).map(proto => ({
    proto,
    address: service,
    port: 7000,
    backends: servers.map(i => `${server(i).ip}:7000`),
    refuses: servers.length === 0,
    ...(servers.length === 0 && { refusal: 'reject' as const }),
  })),
})

/** Order of time, as a process tells it. */
export const inOrder = (...parts: readonly (readonly Observation[])[]): Observation[] =>
  parts.flat().toSorted((a, b) => a.at - b.at)

/** A coin that falls the same way in every run, for each place in a story. */
export const coin = (i: number, of = 2): number =>
  Math.floor(((((Math.sin(i * 12.9898 + 78.233) * 43_758.5453) % 1) + 1) % 1) * of)
