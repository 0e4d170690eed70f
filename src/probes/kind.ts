import type { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Log } from '../log.ts'
import type { Identity } from '../outcome/identity.ts'
import type { OfCohort, OfProbe, Told } from '../outcome/observation.ts'
import type { Random } from '../schedule/spread.ts'
import type { Wheel } from '../schedule/wheel.ts'

/** The world as a probe may see it. Everything real comes in through here. */
export interface World {
  readonly clock: Clock
  readonly wheel: Wheel
  readonly random: Random
  readonly log: Log
  /** Who we are, as told to the other side. */
  readonly identity: Identity
  /** The server's account of its connections; the client halves leave it alone. */
  readonly ledger: Ledger
  /** Tells what happened; the engine stamps it. */
  tell(told: Told): void
}

/** One held connection as `/api/connections` shows it. */
export interface ConnectionRow {
  readonly id: string
  readonly kind: string
  readonly cohort: string
  readonly path: string
  readonly state: 'idle' | 'exchange' | 'connecting' | 'waiting'
  /** Pod of the other side, empty before it said hello. */
  readonly server: string
  readonly local: string
  readonly remote: string
  /** Epoch ms; 0 before it opened. */
  readonly openedAt: number
  /** Silent since, ms. */
  readonly idleMs: number
  /** Until the silence is broken (or the reconnect is tried), ms. */
  readonly nextMs: number
  readonly exchanges: number
}

/** A running half of a probe. */
export interface Half {
  /** True once it does its job: connections were tried, the listener listens. */
  ready(): boolean
  /** Held connections, open or on their way; kinds that hold none yield none. */
  connections(): Iterable<ConnectionRow>
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
  /** How many files (sockets) the client half keeps open at most with these settings. */
  files(settings: unknown): number
  /** The series it will tell of, so that each is there, with zeros, from the first scrape. */
  series(settings: unknown): readonly (OfCohort | OfProbe)[]
  client(settings: unknown, world: World): Promise<Half>
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
  files(settings: z.output<C>): number
  series(settings: z.output<C>): readonly (OfCohort | OfProbe)[]
  client(settings: z.output<C>, world: World): Promise<Half>
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
