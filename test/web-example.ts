import { pino } from 'pino'
import { realClock } from '../src/clock.ts'
import type { Admits } from '../src/http/token.ts'
import { ownUsage } from '../src/kernel/usage.ts'
import type { Identity } from '../src/outcome/identity.ts'
import type { Observation, Sink } from '../src/outcome/observation.ts'
import { fates } from '../src/outcome/fate.ts'
import type { TcpInfo } from '../src/outcome/socket.ts'
import type { ConnectionRow } from '../src/probes/kind.ts'
import { listed } from '../src/probes/listed.ts'
import type { CohortSeries, EndCount, ProbeSeries, Snapshot } from '../src/record/snapshot.ts'
import { recorder } from '../src/record/recorder.ts'
import { ageEdges, buckets, count } from '../src/stats/buckets.ts'
import { latency, recordLatency } from '../src/stats/latency.ts'
import { startWeb, type Web } from '../src/web/server.ts'
import type { WebSource } from '../src/web/source.ts'

export const exampleIdentity: Identity = { pod: 'longhold-0', node: 'node-a', ip: '10.0.0.7', instance: 'f00d' }

/** A running process as the tests of this room see it: what is not given is a small, healthy pair. */
export function exampleSource(given: Partial<WebSource> = {}): WebSource & { tell: Sink } {
  const sinks = new Set<Sink>()
  return {
    version: '0.1.0',
    command: 'pair',
    identity: exampleIdentity,
    snapshot: () => exampleSnapshot(),
    connections: rowsFrom([]),
    next: () => [],
    history: span => recorder().history(span),
    ready: () => ({ ready: true, parts: [{ name: 'tcp-hold client', ready: true }] }),
    noise: () => ({ loopDelayMs: { p50: 0.1, p99: 1.5, max: 12 }, stalls: 0, clockJumps: 0 }),
    processes: () => ({ wanted: 1, each: [exampleProcess()], restarts: 0, formerCpuS: 0 }),
    subscribe(sink) {
      sinks.add(sink)
      return () => sinks.delete(sink)
    },
    tell: (observation: Observation) => sinks.forEach(sink => sink(observation)),
    ...given,
  }
}

/** The same, served on a free port of loopback. */
export const exampleWeb = (
  given: Partial<WebSource> = {},
  listen = { host: '127.0.0.1', port: 0 },
  admits?: Admits,
): Promise<Web> =>
  startWeb({
    listen,
    source: exampleSource(given),
    log: pino({ level: 'silent' }),
    clock: realClock,
    ...(admits && { admits }),
  })

export const exampleProcess = () => ({
  pid: 7,
  connections: 48,
  loopDelayMs: { p50: 0.1, p99: 1.5, max: 12 },
  stalls: 0,
  usage: ownUsage(),
})

export function exampleSnapshot(given: Partial<Snapshot> = {}): Snapshot {
  return {
    at: Date.UTC(2026, 10, 21, 12),
    runs: 1,
    run: {
      at: Date.UTC(2026, 10, 21, 11),
      side: 'pair',
      version: '0.1.0',
      identity: exampleIdentity,
    },
    cohorts: [exampleCohort(), exampleCohort({ cohort: 'control', path: 'pod' })],
    probes: [exampleProbe()],
    listeners: [],
    rejected: [{ kind: 'tcp-hold', reason: 'bad-magic', count: 3 }],
    disturbed: { stalls: 0, longestStallMs: 0, clockJumps: 0 },
    faults: [],
    verdicts: [],
    verdictCounts: [],
    survival: [],
    ...given,
  }
}

export function exampleCohort(given: Partial<CohortSeries> = {}): CohortSeries {
  const idleAtDeath = buckets(ageEdges)
  const exchange = latency()
  for (const seconds of [350, 900, 900]) count(idleAtDeath, seconds)
  for (const us of [180, 240, 2000]) recordLatency(exchange, us)
  return {
    side: 'client',
    kind: 'tcp-hold',
    cohort: 'quiet',
    path: 'service',
    current: true,
    open: 48,
    opened: 50,
    exchanges: 1200,
    exposureMs: 5_400_500,
    ends,
    fateless: 0,
    zombies: 1,
    suspects: 0,
    idleAtDeath,
    lifetime: buckets(ageEdges),
    exchange,
    connect: latency(),
    options: {
      configured: { keepalive: { idleS: 60, intervalS: 10, count: 3 }, userTimeoutMs: 0 },
      effective: { keepalive: { idleS: 60, intervalS: 1, count: 10 }, userTimeoutMs: 0 },
    },
    sweep: { connections: 48, probing: 2, backingOff: 1, oldestAckMs: 61_000 },
    ...given,
  }
}

const ends: readonly EndCount[] = [
  { fate: 'reset', phase: 'exchange', planned: false, count: 2 },
  { fate: 'timeout', phase: 'exchange', planned: false, count: 1 },
  { fate: 'closed', phase: 'idle', planned: true, count: 4 },
  { fate: 'refused', phase: 'connect', planned: false, count: 0 },
]

export function exampleProbe(given: Partial<ProbeSeries> = {}): ProbeSeries {
  return {
    side: 'client',
    kind: 'dns',
    probe: 'cluster-dns',
    server: '1',
    mode: 'fresh',
    current: true,
    asked: 100,
    fates: { ...(Object.fromEntries(fates.map(fate => [fate, 0])) as ProbeSeries['fates']), ok: 99, timeout: 1 },
    rcodes: { NOERROR: 90, NXDOMAIN: 8, BADVERS: 1 },
    strays: { late: 1, duplicate: 0, reordered: 0, malformed: 0, foreign: 0, 'wrong-source': 0 },
    truncated: 0,
    tries: 100,
    suspects: 0,
    latency: latency(),
    stamp: 'kernel',
    ...given,
  }
}

/** Held connections, made as they are taken; `made` says how many were. */
export function exampleConnections(howMany: number): {
  readonly rows: WebSource['connections']
  readonly made: number
} {
  let made = 0
  function* all() {
    for (let i = 0; i < howMany; i++) {
      made += 1
      yield exampleConnection(i)
    }
  }
  return {
    get made() {
      return made
    },
    rows: asked => rowsFrom(all())(asked),
  }
}

/** Answers as a process does that holds these. */
export const rowsFrom =
  (rows: Iterable<ConnectionRow>): WebSource['connections'] =>
  async asked => ({ ...(await listed(rows, asked)), missing: 0 })

export const exampleConnection = (i: number, given: Partial<ConnectionRow> = {}): ConnectionRow => ({
  id: `c${i}`,
  kind: 'tcp-hold',
  cohort: i % 2 === 0 ? 'quiet' : 'control',
  path: 'service',
  state: 'idle',
  server: 'longhold-server-0',
  openedAt: 0,
  idleMs: 1000,
  nextMs: 2000,
  exchanges: i,
  addresses: () => ({ local: `10.0.0.7:${40_000 + i}`, remote: '10.96.0.10:7000' }),
  kernel: () => ({ options: exampleOptions, tcpInfo: exampleTcpInfo }),
  ...given,
})

const exampleOptions = { keepalive: { idleS: 60, intervalS: 10, count: 3 }, userTimeoutMs: 0 }

export const exampleTcpInfo: TcpInfo = {
  state: 1,
  retransmits: 0,
  probes: 0,
  backoff: 0,
  unacked: 0,
  rtoUs: 204_000,
  rttUs: 300,
  minRttUs: 200,
  totalRetrans: 0,
  lastDataSentMs: 12_000,
  lastDataRecvMs: 12_000,
  lastAckRecvMs: 12_000,
}
