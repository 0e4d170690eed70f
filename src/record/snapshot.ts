import type { Fate, HoldPhase } from '../outcome/fate.ts'
import type { Identity } from '../outcome/identity.ts'
import type { OfCohort, OfProbe, Side, strays } from '../outcome/observation.ts'
import type { SocketOptions, TcpInfo } from '../outcome/socket.ts'
import type { Buckets } from '../stats/buckets.ts'
import type { Latency } from '../stats/latency.ts'
import type { SurvivalSeries } from './survival.ts'
import type { KeptVerdict, VerdictCount } from './verdicts.ts'

/**
 * Everything that is visible is a projection of this: metrics, API, page, terminal, report.
 * Histograms and buckets in it are the live ones (copying them would cost more than reading): read it at once.
 */
export interface Snapshot {
  /** Epoch ms of the newest observation folded in. */
  readonly at: number
  /** The run we are in; absent before the first `began`. */
  readonly run?: {
    readonly at: number
    readonly side: Side | 'pair'
    readonly identity: Identity
    readonly version: string
  }
  /** How many runs of the process it covers. */
  readonly runs: number
  readonly cohorts: readonly CohortSeries[]
  readonly probes: readonly ProbeSeries[]
  /** Options of listening sockets: every connection they accept inherits them. */
  readonly listeners: readonly ListenerSeries[]
  readonly rejected: readonly { readonly kind: string; readonly reason: string; readonly count: number }[]
  readonly disturbed: { readonly stalls: number; readonly longestStallMs: number; readonly clockJumps: number }
  /** The newest faults, newest first, bounded. */
  readonly faults: readonly Fault[]
  /** Open ones first, faults before plans, and the newest of each first; bounded. */
  readonly verdicts: readonly KeptVerdict[]
  /** How many there were, by name: of those that have opened at all. */
  readonly verdictCounts: readonly VerdictCount[]
  /** Survival of silences, and what it says about timeouts: by kind, path, speaker and keepalive; bounded. Client side. */
  readonly survival: readonly SurvivalSeries[]
}

/** What was asked of the kernel for one kind's listening socket, and what it made of it. */
export interface ListenerSeries {
  readonly kind: string
  readonly configured: SocketOptions
  readonly effective: SocketOptions
}

/** One cohort as one side saw it. */
export interface CohortSeries extends OfCohort {
  /** Configured or heard of in this run. The journal also keeps those of runs before, for the report. */
  readonly current: boolean
  readonly open: number
  readonly opened: number
  readonly exchanges: number
  /** Connection-time spent idle, ms, the silences going on now included: the denominator of every rate. */
  readonly exposureMs: number
  /** One for each of `endings`, zero counts included. */
  readonly ends: readonly EndCount[]
  /** Connections that were open when the process before this one was gone: nobody saw their fate. */
  readonly fateless: number
  readonly zombies: number
  /** Observations made while the event loop stalled or the clock jumped. */
  readonly suspects: number
  /** The silence before each unplanned death, s. */
  readonly idleAtDeath: Buckets
  /** From opened to ended, whatever the end, s. */
  readonly lifetime: Buckets
  /** From ping to pong, as the side that asked saw it; suspect ones are left out here and below. */
  readonly exchange: Latency
  /** From the SYN (or the accept) to the answered hello. */
  readonly connect: Latency
  readonly sweep?: {
    readonly connections: number
    readonly probing: number
    readonly backingOff: number
    readonly oldestAckMs: number
  }
  readonly options?: { readonly configured: SocketOptions; readonly effective: SocketOptions }
  readonly lastEnd?: LastEnd
}

export interface EndCount {
  readonly fate: Exclude<Fate, 'ok'>
  readonly phase: HoldPhase
  readonly planned: boolean
  readonly count: number
}

export interface LastEnd {
  readonly at: number
  readonly fate: Exclude<Fate, 'ok'>
  readonly phase: HoldPhase
  readonly code: string
  readonly planned: boolean
}

/** One series of questions: a probe, a server position, a port mode. */
export interface ProbeSeries extends OfProbe {
  /** As for a cohort. */
  readonly current: boolean
  readonly asked: number
  readonly fates: Readonly<Record<Fate, number>>
  /** By DNS response code; empty for kinds without. */
  readonly rcodes: Readonly<Record<string, number>>
  readonly strays: Readonly<Record<(typeof strays)[number], number>>
  readonly truncated: number
  readonly tries: number
  readonly suspects: number
  /** Latency of the answers that came. */
  readonly latency: Latency
  /** How receive times are read; absent before the first answer. */
  readonly stamp?: 'kernel' | 'user'
  /** Who answered last. */
  readonly by?: string
  readonly lastFault?: { readonly at: number; readonly fate: Fate; readonly code: string }
}

/** One thing that went wrong, as a line people can read. */
export interface Fault {
  readonly at: number
  readonly side: Side
  readonly kind: string
  /** Cohort or probe. */
  readonly name: string
  readonly fate: Fate
  readonly phase: string
  readonly code: string
  readonly planned: boolean
  readonly suspect: boolean
  readonly id?: string
  readonly idleMs?: number
  readonly exchanges?: number
  readonly zombie?: boolean
  /** Pod of the other side, or who answered. */
  readonly by?: string
  readonly tcpInfo?: TcpInfo
}

/** Fates that are nobody's fault: an answer, our own stop. A planned end is none either. */
export const isFault = ({ fate, planned }: { fate: Fate; planned: boolean }): boolean =>
  !planned && fate !== 'ok' && fate !== 'cancelled'

/** The same without what belongs to runs before: what metrics, the page and the live table show. */
export function currentOf(snapshot: Snapshot): Snapshot {
  const { cohorts, probes, survival } = snapshot
  return {
    ...snapshot,
    cohorts: cohorts.filter(({ current }) => current),
    probes: probes.filter(({ current }) => current),
    survival: survival.filter(({ current }) => current),
  }
}
