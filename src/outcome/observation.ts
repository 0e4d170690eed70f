import type { Disturbed } from './disturbed.ts'
import type { Examined } from './evidence.ts'
import type { AskPhase, Fate, HoldPhase } from './fate.ts'
import type { Flow } from './flow.ts'
import type { Identity } from './identity.ts'
import type { SocketOptions, TcpInfo } from './socket.ts'
import type { Judged } from './verdict.ts'

/** Which half of the pair saw it. */
export type Side = 'client' | 'server'
/** How a cohort reaches the server: through the Service (NAT on the way), or straight to the pod (the control group). */
export const paths = ['service', 'pod'] as const
export type Path = (typeof paths)[number]
/** Who breaks the silence. */
export type Speaker = Side

/** Whose connection: names a cohort on one side. The server learns the names from the client's hello. */
export interface OfCohort {
  readonly side: Side
  readonly kind: string
  readonly cohort: string
  readonly path: Path
}

/** A held connection came up and both ends said hello. */
export interface Opened extends OfCohort {
  readonly type: 'opened'
  readonly id: string
  readonly peer: Identity
  /** From the SYN to the answered hello, microseconds. */
  readonly tookUs: number
}

/** The silence was broken and the answer came. */
export interface Exchanged extends OfCohort {
  readonly type: 'exchanged'
  readonly id: string
  readonly speaker: Speaker
  /** The silence before it, ms: exposure that was survived. */
  readonly idleMs: number
  /** From ping to pong, microseconds; on the listening side 0, it only answers. */
  readonly tookUs: number
}

/** A connection, or the attempt to open one, came to its end: exactly once for each. */
export interface Ended extends OfCohort {
  readonly type: 'ended'
  /** Absent when it never opened. */
  readonly id?: string
  readonly fate: Exclude<Fate, 'ok'>
  readonly phase: HoldPhase
  /** The system's own word, such as `ECONNRESET read`. */
  readonly code: string
  /** The peer said goodbye first, or we did: not a fault. */
  readonly planned: boolean
  /** The silence it died in or after, ms. */
  readonly idleMs: number
  /** How long the phase it died in had lasted beyond that silence, microseconds (connecting, or waiting for the pong). */
  readonly tookUs: number
  /** Exchanges survived. */
  readonly exchanges: number
  /** From opened to ended, ms; 0 when it never opened. */
  readonly lifetimeMs: number
  /** We still thought it alive when the other side had long lost it: found by speaking out of turn. */
  readonly zombie: boolean
  readonly peer?: Identity
  readonly tcpInfo?: TcpInfo
  /** Client side, and only of an end that was not planned. */
  readonly flow?: Flow
}

/** A slow sweep over idle connections: how many are dying before they die. Gauges, each sweep replaces the last. */
export interface Swept extends OfCohort {
  readonly type: 'swept'
  readonly connections: number
  /** With keepalive probes sent and not answered. */
  readonly probing: number
  /** With data sent, not acknowledged, and backing off. */
  readonly backingOff: number
  /** Longest time since any ACK came, ms. */
  readonly oldestAckMs: number
}

/** Stands for every cohort: what is set on a listening socket is inherited by all it accepts. */
export const everyCohort = '*'

/** What was asked of the kernel and what it really set, for the first connection of a cohort and whenever it changes. */
export interface OptionsSet extends OfCohort {
  readonly type: 'options-set'
  readonly configured: SocketOptions
  readonly effective: SocketOptions
}

/** Names one series of questions: a probe, the position of the server in its list, and the port mode. */
export interface OfProbe {
  readonly side: 'client'
  readonly kind: string
  readonly probe: string
  /** Position in the configured list, from "1": bounded, unlike an address. */
  readonly server: string
  readonly mode: string
}

/** One question got its fate. */
export interface Asked extends OfProbe {
  readonly type: 'asked'
  readonly fate: Fate
  readonly phase: AskPhase
  readonly code: string
  /** From send to answer, or to giving up, microseconds. */
  readonly tookUs: number
  /** DNS answers only: the response code in DNS's own words, `NOERROR`, `NXDOMAIN`, ... */
  readonly rcode?: string
  /** The question in people's words, such as `kubernetes.default A`. */
  readonly question?: string
  /** Who answered: a server instance, or the address the answer came from when it was the wrong one. */
  readonly by?: string
  /** DNS: the UDP answer was cut and the question went over TCP. */
  readonly truncated?: boolean
  /** `resolver` mode: datagrams (or TCP questions) it took. */
  readonly tries?: number
  /** How the receive time was read: by the kernel, or in user space. */
  readonly stamp?: 'kernel' | 'user'
  /** Of every question from a pinned port, and of any that was not answered. */
  readonly flow?: Flow
}

/** A datagram that ended no question: why it was set aside. A late one splits "lost" from "slow". */
export const strays = ['late', 'duplicate', 'reordered', 'malformed', 'foreign', 'wrong-source'] as const
export interface Strayed extends OfProbe {
  readonly type: 'strayed'
  readonly what: (typeof strays)[number]
  /** `late`: how long after the question it came, microseconds. */
  readonly tookUs?: number
  /** So many of them; absent for one. */
  readonly count?: number
}

/** The server turned bytes or a connection away, and why: a short closed list per kind, never the bytes. */
export interface Rejected {
  readonly type: 'rejected'
  readonly side: 'server'
  readonly kind: string
  readonly reason: string
  /** So many of them; absent for one. */
  readonly count?: number
}

/** A process began (or, in a journal, began again). Connections of the run before it have no fate. */
export interface Began {
  readonly type: 'began'
  readonly side: Side | 'pair'
  readonly identity: Identity
  readonly version: string
}

/** A cohort, a probe, or a reason for which a kind turns bytes away. */
export type Series = OfCohort | OfProbe | { readonly kind: string; readonly reason: string }

/**
 * Something is configured that has nothing to tell yet: it is there, with zeros, from the first look. Or it is configured no
 * more (`retired`), and what it counted stays in the journal.
 */
export interface Declared {
  readonly type: 'declared' | 'retired'
  readonly series: Series
}

/** What a probe tells. */
export type Told =
  | Opened
  | Exchanged
  | Ended
  | Swept
  | OptionsSet
  | Asked
  | Strayed
  | Rejected
  | Began
  | Declared
  | Disturbed
  | Examined
  | Judged

/** What the engine adds: when, and whether we can trust it. */
export interface Stamp {
  /** Wall clock, epoch ms: to join with kernel logs. */
  readonly at: number
  /** Steady clock, ms since this process began: for durations. */
  readonly steady: number
  /** The event loop stalled or the clock jumped while this was measured. */
  readonly suspect?: true
}

export type Observation = Told & Stamp
/** A sink is a function: recorder, journal, logger and event stream are sinks. */
export type Sink = (observation: Observation) => void
