import type { Clock } from '../../../clock.ts'
import type { Stray } from '../../../datagram/line.ts'
import type { Received } from '../../../datagram/port.ts'
import type { Address } from '../../../settings/address.ts'
import type { Answer } from '../answer.ts'
import type { Query } from '../query.ts'
import type { Failure } from '../tcp.ts'
import type { Inbox } from './inbox.ts'
import type { Options } from './options.ts'

/** What stays the same over one whole search, and what it counts. */
export interface Search {
  readonly options: Options
  readonly servers: readonly Address[]
  /** Which server comes first: with `rotate` another each time. */
  readonly offset: number
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly tries: { count: number }
  readonly onStray: (what: Stray) => void
}

/** One name being looked up: what glibc keeps in `res_state` for the time of one res_send. */
export interface Lookup extends Omit<Search, 'tries' | 'onStray'> {
  readonly queries: readonly Query[]
  /** The socket to a server, opened when there is none; `undefined` when that fails. */
  inbox(index: number): Promise<Inbox | undefined>
  close(index: number): void
  send(inbox: Inbox, query: Query): void
  heard(received: Received): void
  /** Counts what ended no question. Returns `other`: go on waiting. */
  stray(what: Stray): 'other'
  single: boolean
  reopen: boolean
  /** A server answered, or was silent: not all of them were refused. */
  gotSomewhere: boolean
  /** Why the last question over TCP failed. */
  tcpFailure: Failure | undefined
  /** The socket that asked last. */
  askedFrom: Inbox | undefined
  /** The last refusal to answer: SERVFAIL, NOTIMP, REFUSED. */
  rejection: string | undefined
  /** What had come when the last wait ran out. */
  half: readonly (Answer | undefined)[]
}
