import type { Fate, HoldPhase } from '../outcome/fate.ts'
import type { Identity } from '../outcome/identity.ts'
import type { Path } from '../outcome/observation.ts'

/** The server's own account of one held connection. Mutable while it is open: the server half is its only writer. */
export interface Account {
  readonly id: string
  readonly kind: string
  readonly cohort: string
  readonly path: Path
  /** Who the client says it is. */
  readonly client: Identity
  /** Address and port as this side sees them: after NAT, if there was any. */
  readonly remote: string
  readonly local: string
  /** Epoch ms. */
  readonly openedAt: number
  /** Epoch ms of the last byte in either direction. */
  lastAt: number
  exchanges: number
  bytesIn: number
  bytesOut: number
  /**
   * `open`: alive as far as we know. `overdue`: the client should have spoken by now, so it may long be gone (a zombie).
   * `ended`: see `ending`.
   */
  state: 'open' | 'overdue' | 'ended'
  ending?: Ending
}

export interface Ending {
  readonly at: number
  readonly fate: Exclude<Fate, 'ok'>
  readonly phase: HoldPhase
  readonly code: string
  readonly planned: boolean
  readonly zombie: boolean
}

/** Every open connection and a bounded history of ended ones, found by connection id. */
export interface Ledger {
  /** False when this id is already open: ids are the client's, and two clients must not share one. */
  open(account: Account): boolean
  end(id: string, ending: Ending): void
  /** The open account, or else the newest ended one. */
  find(id: string): Account | undefined
  /** Open accounts by age, then ended ones newest first. */
  accounts(): Iterable<Account>
  /** A part of these. */
  page(offset: number, limit: number): { readonly total: number; readonly accounts: readonly Account[] }
  readonly openCount: number
}

export function ledger(history: number): Ledger {
  const open = new Map<string, Account>()
  const ended = new Map<string, Account>() // a Map keeps insertion order: its first key is the oldest

  return {
    open(account) {
      if (open.has(account.id)) return false
      open.set(account.id, account)
      return true
    },
    end(id, ending) {
      const account = open.get(id)
      if (!account) return
      open.delete(id)
      account.state = 'ended'
      account.ending = ending
      ended.delete(id)
      ended.set(id, account)
      const oldest = ended.keys().next()
      if (ended.size > history && !oldest.done) ended.delete(oldest.value)
    },
    find: id => open.get(id) ?? ended.get(id),
    accounts: () => both(open, ended),
    page(offset, limit) {
      const accounts = [...take(both(open, ended), offset, limit)]
      return { total: open.size + ended.size, accounts }
    },
    get openCount() {
      return open.size
    },
  }
}

function* both(open: Map<string, Account>, ended: Map<string, Account>): Iterable<Account> {
  yield* open.values()
  yield* [...ended.values()].toReversed()
}

function* take<T>(from: Iterable<T>, offset: number, limit: number): Iterable<T> {
  let at = 0
  for (const each of from) {
    if (at >= offset + limit) return
    if (at++ >= offset) yield each
  }
}
