import type { Asked } from '../evidence/ledger/source.ts'
import type { Statement } from '../evidence/ledger/statement.ts'
import type { Look } from '../evidence/look.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Usage } from '../kernel/usage.ts'
import type { Identity } from '../outcome/identity.ts'
import type { Sink } from '../outcome/observation.ts'
import type { Next } from '../probes/kind.ts'
import type { ListedRow, RowsAsked } from '../probes/listed.ts'
import type { Shown } from '../record/history/history.ts'
import type { Span } from '../record/history/spans.ts'
import type { Snapshot } from '../record/snapshot.ts'
import type { CertificateEnd } from '../secrets/certificates.ts'

/** What the web room may ask of the running process. It only ever reads. */
export interface WebSource {
  readonly version: string
  /** The command that runs: `pair`, `client` or `server`. */
  readonly command: string
  /** Who answers: another instance than a client was greeted by is a restarted server. */
  readonly identity: Identity
  snapshot(): Snapshot
  /** Held connections that are asked for, of all processes there are. Never rejects; `missing` processes did not answer in time. */
  connections(asked: RowsAsked): Promise<{
    readonly found: readonly ListedRow[]
    readonly more: boolean
    readonly missing: number
  }>
  /** Of each cohort with somebody silent, the exchange that is due first. */
  next(): readonly Next[]
  /** What was counted when. */
  history(span: Span): Shown
  /** The server side's account; a process without a server half has none. */
  readonly ledger?: Ledger
  /** Asks the server of a connection for its account, and never rejects. Absent where no evidence is read, so nobody may be asked. */
  statement?(asked: Asked): Promise<Statement>
  /** Reads the evidence that the configuration allows, never oftener than every 10 s, and never rejects. Absent where none is read. */
  look?(): Promise<Look>
  ready(): Readiness
  /** Of the worst process; counts are those of all. */
  noise(): Noise
  processes(): ProcessesState
  /** Where a file is followed. */
  configuration?(): ConfigurationState
  /** When certificates and authorities in force end. */
  certificates?(): readonly CertificateEnd[]
  /** Absent when no journal is written. */
  journal?(): JournalState
  /** Hands every observation from now on to `sink`, until the returned function is called. */
  subscribe(sink: Sink): () => void
}

/** The configuration that runs. */
export interface ConfigurationState {
  readonly file: string
  /** Epoch ms since which it runs. */
  readonly loadedAt: number
  /** Why what the file says now does not run. */
  readonly mistake?: string
  /** Sections that changed, and count from the next start on. */
  readonly nextStart: readonly string[]
}

export interface Readiness {
  readonly ready: boolean
  readonly parts: readonly { readonly name: string; readonly ready: boolean }[]
}

/** The process that was started, and those that share its connections. */
export interface ProcessesState {
  /** So many there are to be. */
  readonly wanted: number
  /** Those that run, the one that was started first. */
  readonly each: readonly {
    readonly pid: number
    /** Held connections that are open. */
    readonly connections: number
    readonly loopDelayMs: Noise['loopDelayMs']
    readonly stalls: number
    readonly usage: Usage
  }[]
  /** How often one of them was begun anew. */
  readonly restarts: number
  /** CPU time of those that are gone, s. */
  readonly formerCpuS: number
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
