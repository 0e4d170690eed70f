import type { Ledger } from '../ledger/ledger.ts'
import type { Identity } from '../outcome/identity.ts'
import type { Sink } from '../outcome/observation.ts'
import type { ConnectionRow } from '../probes/kind.ts'
import type { Snapshot } from '../record/snapshot.ts'

/** What the web room may ask of the running process. It only ever reads. */
export interface WebSource {
  readonly version: string
  /** The command that runs: `pair`, `client` or `server`. */
  readonly command: string
  /** Who answers: another instance than a client was greeted by is a restarted server. */
  readonly identity: Identity
  snapshot(): Snapshot
  /** Held connections, made one by one as they are asked for: there may be 20,000. */
  connections(): Iterable<ConnectionRow>
  /** The server side's account; a process without a server half has none. */
  readonly ledger?: Ledger
  ready(): Readiness
  noise(): Noise
  /** Absent when no journal is written. */
  journal?(): JournalState
  /** Hands every observation from now on to `sink`, until the returned function is called. */
  subscribe(sink: Sink): () => void
}

export interface Readiness {
  readonly ready: boolean
  readonly parts: readonly { readonly name: string; readonly ready: boolean }[]
}

/** What this process itself adds to what it measures. */
export interface Noise {
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly stalls: number
  readonly clockJumps: number
}

export interface JournalState {
  readonly dir: string
  readonly bytes: number
  /** Why nothing is written any more, such as a full disk. */
  readonly stopped?: string
}
