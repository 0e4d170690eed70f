import type { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Log } from '../log.ts'
import type { Word } from '../outcome/fate.ts'
import type { Identity } from '../outcome/identity.ts'
import type { Ended, OfCohort, OfProbe, Told } from '../outcome/observation.ts'
import type { SocketOptions, TcpInfo } from '../outcome/socket.ts'
import type { Random } from '../schedule/spread.ts'
import type { Wheel } from '../schedule/wheel.ts'
import type { SharedToken } from '../secrets/shared-token.ts'
import type { Share } from './share.ts'

/** The world as a probe may see it. Everything real comes in through here. */
export interface World {
  readonly clock: Clock
  readonly wheel: Wheel
  readonly random: Random
  readonly log: Log
  /** Who we are, as told to the other side. */
  readonly identity: Identity
  /** What clients prove to know and servers want proven; absent: whoever reaches the port is served. */
  readonly token?: SharedToken | undefined
  /** The server's account of its connections; the client halves leave it alone. */
  readonly ledger: Ledger
  /** Tells what happened; the engine stamps it. */
  tell(told: Told): void
}

/**
 * One held connection as lists show it. What has to be asked of its socket is asked when it is wanted: there may be 20,000
 * rows, and a list shows a hundred.
 */
export interface ConnectionRow {
  /** Empty before it said hello. */
  readonly id: string
  readonly kind: string
  readonly cohort: string
  readonly path: string
  readonly state: 'idle' | 'exchange' | 'connecting' | 'waiting'
  /** Pod of the other side, empty before it said hello. */
  readonly server: string
  /** The other side in its own words; absent before it said hello. */
  readonly peer?: Identity
  /** Epoch ms; 0 before it opened. */
  readonly openedAt: number
  /** Silent since, ms. */
  readonly idleMs: number
  /** Until the silence is broken (or the reconnect is tried), ms. */
  readonly nextMs: number
  readonly exchanges: number
  /** How the connection before it in this place ended; absent where there was none. */
  readonly lastEnd?: PlaceEnd
  /** What became of the last attempt to open one here; absent while one is open. */
  readonly failed?: Word
  /** `10.0.0.7:40000`, both; empty without a socket. */
  addresses(): { readonly local: string; readonly remote: string }
  /** What the kernel has set and knows now, some microseconds of system calls; `undefined` without an open socket. */
  kernel(): { readonly options: SocketOptions; readonly tcpInfo: TcpInfo } | undefined
}

/** An end, as the place remembers it in which the connection stood. */
export interface PlaceEnd
  extends Pick<
    Ended,
    'id' | 'fate' | 'phase' | 'code' | 'planned' | 'zombie' | 'idleMs' | 'tookUs' | 'exchanges' | 'lifetimeMs' | 'peer'
  > {
  /** Epoch ms. */
  readonly at: number
}

/** The next exchange of a cohort. */
export interface Next {
  readonly of: OfCohort
  /** Until then, ms. */
  readonly inMs: number
  /** How long that silence will have been, ms. */
  readonly afterMs: number
}

/** A running half of a probe. */
export interface Half {
  /** True once it does its job: connections were tried, the listener listens. */
  ready(): boolean
  /** Held connections, open or on their way; kinds that hold none yield none. */
  connections(): Iterable<ConnectionRow>
  /** The exchange that is due first, of those who are silent; kinds that hold nothing have none. Cheap, however many are held. */
  next?(): Next | undefined
  /** What it listens on, as `host:port`; empty for a client half. */
  readonly listens: readonly string[]
  /** Says goodbye on every connection and closes, within `drainMs`. Resolves when nothing of it is left. */
  stop(drainMs: number): Promise<void>
}

/** What one kind of probe is: both halves and what can be set on each. Made by `defineKind`. */
export interface Kind {
  readonly name: string
  /** One line for `--help`. */
  readonly summary: string
  /** One entry under `probes:`; `kind` is added by the registry. */
  readonly settings: z.ZodObject
  /** The client half holds connections that do not know of each other: several processes take a share each. Absent: one process does it all. */
  readonly isShared?: true
  /** How many files (sockets) the client half keeps open at most with these settings, all shares together. */
  files(settings: unknown): number
  /** The series it will tell of, so that each is there, with zeros, from the first scrape. */
  series(settings: unknown): readonly (OfCohort | OfProbe)[]
  client(settings: unknown, world: World, share?: Share): Promise<Half>
  /** The entry under `server:`, and the half that answers. Absent where the other side is somebody else's server. */
  readonly server?: {
    readonly settings: z.ZodType
    /** Every reason for which it turns bytes or connections away. */
    readonly rejections: readonly string[]
    start(settings: unknown, world: World): Promise<Half>
  }
}

/** A kind as its author writes it: typed by its own schemas. */
interface KindOf<C extends z.ZodObject, S extends z.ZodType> {
  readonly name: string
  readonly summary: string
  readonly settings: C
  readonly isShared?: true
  files(settings: z.output<C>): number
  series(settings: z.output<C>): readonly (OfCohort | OfProbe)[]
  client(settings: z.output<C>, world: World, share?: Share): Promise<Half>
  readonly server?: {
    readonly settings: S
    readonly rejections: readonly string[]
    start(settings: z.output<S>, world: World): Promise<Half>
  }
}

/**
 * Closes a kind's types: `config/` parses settings with the very schema the kind brought, so what the halves get is
 * what they were written for, and the registry can hold kinds of different settings.
 */
export function defineKind<C extends z.ZodObject, S extends z.ZodType>(kind: KindOf<C, S>): Kind {
  return kind // methods are bivariant: each half is only ever called with the output of its own schema
}
