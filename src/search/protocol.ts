import type { Fate } from '../outcome/fate.ts'
import type { SocketOptions } from '../outcome/socket.ts'
import type { Cut } from '../tuning/trial.ts'

/** Who breaks the silence. */
export type Speaker = 'client' | 'server'

/** Why a connection is over though nobody asked anything. */
export interface Ending {
  readonly how: Cut | 'goodbye'
  /** The peer's own words, made safe to print. */
  readonly said?: string | undefined
  /** Steady ms. */
  readonly at: number
}

/** What a question came to. */
export type Reply =
  | { readonly fate: 'ok'; readonly server?: string | undefined }
  | { readonly fate: Exclude<Fate, 'ok'>; readonly code: string }

/** One connection (or UDP flow) to the target, through its first exchange: from then on it is silent. */
export interface Connection {
  /** The process that answers, where it says so. */
  readonly server: string | undefined
  /** Steady ms of the last packet we know of, either way. */
  readonly quietSince: number
  /** Resolves when it ends in its silence. */
  readonly ended: Promise<Ending>
  /** Resolves when the server breaks the silence, answered by us, to the steady ms of that. */
  readonly heard: Promise<number>
  /** Breaks the silence. Resolves when the answer is whole, or it failed; who waits too long closes. */
  ask(): Promise<Reply>
  /** Says goodbye where the other side would wonder, and closes. */
  close(): void
}

export interface Wish {
  readonly options: SocketOptions
  readonly speaker: Speaker
  /** How long it will be silent, ms: the server has to know where it is the one to speak. */
  readonly silenceMs: number
  readonly deadlineMs: number
}

/** A way to talk to a target. */
export interface Protocol {
  /** What it talks, in a word. */
  readonly name: string
  readonly transport: 'tcp' | 'udp'
  /** Who can break a silence. */
  readonly speakers: readonly Speaker[]
  /** Where it goes, for people. */
  readonly target: string
  /** Connections it is likely to have room for, where that is few. */
  readonly room?: number
  /** Opens a connection and has a first exchange on it. Rejects with what classify() understands, or a `Problem`. */
  open(wish: Wish): Promise<Connection>
}
