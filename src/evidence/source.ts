import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Flow } from '../outcome/flow.ts'
import type { Identity } from '../outcome/identity.ts'
import type { Facts } from './facts.ts'

/** What an examination wants to know about, beyond what is true for a machine as a whole. Bounded by `mostFlows`. */
export interface Ask {
  /** Flows of the probes that are in trouble, newest first. */
  readonly flows: readonly Flow[]
  /** Held connections whose other side is to be heard. */
  readonly accounts: readonly { readonly id: string; readonly peer: Identity }[]
}

/** Flows and accounts in one examination, at most. */
export const mostFlows = 16

/** The machine as a source may see it. It only reads. */
export interface Machine {
  readonly clock: Clock
  /** The text of a file below the injected root, such as `proc/net/snmp`. Rejects with `Absent` when it cannot be read or is larger than 8 MiB. */
  file(path: string): Promise<string>
  /** Names in a folder below the root. Rejects with `Absent`. */
  list(path: string): Promise<readonly string[]>
  /** What a command printed. Rejects with `Absent` when it is not installed, fails, or prints more than 8 MiB. */
  run(command: string, args: readonly string[]): Promise<string>
  /** The body of an answer with status 200, at most 1 MiB. Rejects with `Absent`. */
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<string>
}

/**
 * One source of evidence. A source of a `machine` is read in this process and by the agent of the node alike; of
 * `servers` and the `cluster`, by the client.
 */
export interface Source {
  readonly name: string
  readonly of: 'machine' | 'servers' | 'cluster'
  readonly facts: Facts<unknown>
  /** `flows`: it only answers about flows and accounts, and is not asked when there are none. */
  readonly about: 'machine' | 'flows'
  /** Costs more than a few milliseconds of a core: read when something went wrong, and not in between. */
  readonly costly: boolean
  /** Resolves with facts; rejects with `Absent` when there are none to be had. Whatever else it throws is told as absence, too. */
  read(machine: Machine, ask: Ask): Promise<unknown>
  /** For a source that has to listen all along (events, a watch): begun once, it answers in place of `read` until it is closed. */
  begin?(world: Watching): Watch
}

/** What a source that listens may use. It never throws: what it cannot hear it tells as absence when it is read. */
export interface Watching {
  readonly clock: Clock
  readonly log: Log
  readonly machine: (signal: AbortSignal) => Machine
  /**
   * Calls `onLine` for each line a command prints, until the returned function is called; `onEnd` hears why it ended by
   * itself, and `onComplaint` each line on its stderr.
   */
  follow(
    command: string,
    args: readonly string[],
    onLine: (line: string) => void,
    onEnd: (why: string) => void,
    onComplaint?: (line: string) => void,
  ): () => void
}

export interface Watch {
  read(machine: Machine, ask: Ask): Promise<unknown>
  close(): void
}

interface SourceOf<T> extends Omit<Source, 'name' | 'facts' | 'read'> {
  readonly facts: Facts<T>
  read(machine: Machine, ask: Ask): Promise<T>
}

export const defineSource = <T>(source: SourceOf<T>): Source => ({ ...source, name: source.facts.name })

/** There is nothing to read: one sentence why. */
export class Absent extends Error {
  override readonly name = 'AbsentError'
}
