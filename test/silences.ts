import type { Ended, Observation, OptionsSet } from '../src/outcome/observation.ts'
import type { TcpInfo } from '../src/outcome/socket.ts'
import { ended, exchanged, opened, storyBegins } from './stories.ts'

/** What connections that were silent for long met: observations of whole cohorts. */
export const service = '10.96.22.22:7000'
const server = (i: number) => ({ pod: `srv${i}`, node: 'node-b', ip: `10.244.2.1${i}`, instance: `i${i}` })

/** How a connection ends its silence: as it should, or lost in one of the ways there are. */
export type End = 'answered' | 'word' | 'probe' | 'unasked' | 'zombie' | 'silence' | 'fin'

export interface Cohort {
  readonly name?: string
  readonly path?: 'service' | 'pod'
  readonly connections?: number
  /** Seconds: the silence, when it began, and from one connection to the next. */
  readonly idle?: number
  readonly from?: number
  readonly apart?: number
  /** Seconds of keepalive idle. */
  readonly keepalive?: number
  /** How many servers they met, and the number of the first. */
  readonly servers?: number
  readonly first?: number
  /** What they call; by default the Service, or the server’s own address where the path is `pod`. */
  readonly called?: string
  readonly ends?: (i: number) => End
}

/** Everything a cohort saw in one silence, in order of time. */
export function silence(cohort: Cohort): Observation[] {
  const {
    name = 'silent',
    path = 'service',
    connections = 40,
    from = 0,
    apart = 0.001,
    servers = 2,
    first = 1,
  } = cohort
  const of = { cohort: name, path } as const
  return [
    ...(cohort.keepalive === undefined ? [] : [options(from, { ...of, idleS: cohort.keepalive })]),
    ...Array.from({ length: connections }, (_, i) => {
      const began = from + i * apart
      const peer = server((i % servers) + first)
      const id = `${name}-${from}-${i}`
      return [opened(began, { ...of, id, peer }), end(cohort, i, { began, id, peer })]
    }).flat(),
  ]
}

function end(cohort: Cohort, i: number, { began, id, peer }: { began: number; id: string; peer: Ended['peer'] & {} }) {
  const { name = 'silent', path = 'service', idle = 900, keepalive = Infinity, ends = () => 'answered' } = cohort
  const of = { cohort: name, path, id } as const
  const end = ends(i)
  if (end === 'answered') return exchanged(began + idle, { ...of, idleMs: idle * 1000 })
  const local = `10.244.1.10:${40_000 + i}`
  const flow = { proto: 'tcp', local, remote: cohort.called ?? (path === 'pod' ? `${peer.ip}:7000` : service) } as const
  const silentMs = Math.min(idle, end === 'probe' ? keepalive : Infinity) * 1000
  const common = { ...of, peer, flow, exchanges: 0, lifetimeMs: silentMs, idleMs: silentMs }
  if (end === 'fin') return ended(began + idle, { ...common, fate: 'closed', phase: 'idle', code: 'FIN' })
  if (end === 'silence') {
    const tcpInfo = info({ lastAckRecvMs: silentMs + 4000, unacked: 1, totalRetrans: 5 })
    return ended(began + idle + 4, { ...common, fate: 'timeout', code: 'DEADLINE', tookUs: 4e6, tcpInfo })
  }
  if (end === 'word')
    return ended(began + idle, { ...common, tcpInfo: info({ lastAckRecvMs: silentMs + 1, lastDataSentMs: 1 }) })
  if (end === 'zombie') {
    // It waits for its server's turn, the deadline and a second before it asks.
    const waitedMs = silentMs + 6000
    const tcpInfo = info({ lastAckRecvMs: waitedMs + 1, lastDataSentMs: 1 })
    return ended(began + idle + 6, { ...common, idleMs: waitedMs, zombie: true, tcpInfo })
  }
  return ended(began + silentMs / 1000, {
    ...common,
    phase: 'idle',
    tookUs: 0,
    tcpInfo: info({ lastAckRecvMs: silentMs, probes: end === 'probe' ? 1 : 0 }),
  })
}

const info = (more: Partial<TcpInfo>): TcpInfo => ({
  state: 1,
  retransmits: 0,
  probes: 0,
  backoff: 0,
  unacked: 0,
  rtoUs: 204_000,
  rttUs: 200,
  minRttUs: 100,
  totalRetrans: 0,
  lastDataSentMs: 0,
  lastDataRecvMs: 0,
  lastAckRecvMs: 0,
  ...more,
})

const options = (
  s: number,
  { idleS, ...of }: { cohort: string; path: 'service' | 'pod'; idleS: number },
): Observation => {
  const set = { keepalive: { idleS, intervalS: 10, count: 3 }, userTimeoutMs: 0 }
  const told: OptionsSet = {
    type: 'options-set',
    side: 'client',
    kind: 'tcp-hold',
    ...of,
    configured: set,
    effective: set,
  }
  return { ...told, at: storyBegins + s * 1000, steady: s * 1000 }
}
