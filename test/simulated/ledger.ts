import type { LedgerFact } from '../../src/evidence/ledger/facts.ts'
import type { Identity } from '../../src/outcome/identity.ts'
import type { Pod } from './cluster.ts'

/** What a server knows of one connection. Times are ms since the story began. */
export interface Account {
  readonly id: string
  readonly pod: Pod
  readonly instance: string
  readonly remote: string
  lastAt: number
  exchanges: number
  ending?: NonNullable<LedgerFact['ending']>
  /** When the server speaks out of turn, unless it hears from the client. */
  overdueAt: number
  /** Its client has it no more, and did not say so: what the server meets when it speaks out of turn. */
  forsaken?: 'reset' | 'timeout'
}

/** The servers' accounts. */
export interface Ledger {
  opens(account: Account): void
  /** What the server says if it is asked now; `began`: the story's beginning in epoch ms. */
  asked(id: string, peer: Identity, now: number, began: number): LedgerFact
}

/** So many connections that ended are remembered. */
const most = 10_000

export function ledger(): Ledger {
  const accounts = new Map<string, Account>()
  return {
    opens(account) {
      accounts.set(account.id, account)
      const [oldest] = accounts.keys()
      if (accounts.size > most && oldest !== undefined) accounts.delete(oldest)
    },
    asked(id, { instance }, now, began) {
      const account = accounts.get(id)
      if (!account || account.pod.state !== 'up')
        return { id, instance, state: 'unreachable', why: 'no answer within 1500 ms' }
      const answeredBy = account.pod.identity.instance
      if (answeredBy !== account.instance) return { id, instance, answeredBy, state: 'unknown' }
      const { remote, exchanges, lastAt } = account
      const ending = endingOf(account, now)
      const known = { id, instance, answeredBy, remote, lastAt: Math.round(began + lastAt), exchanges }
      if (!ending) return { ...known, state: now > account.overdueAt ? 'overdue' : 'open' }
      return { ...known, state: 'ended', ending: { ...ending, at: Math.round(began + ending.at) } }
    },
  }
}

/** A server that speaks to a client that is gone is reset for it, and calls what it had a zombie. */
function endingOf({ ending, forsaken, overdueAt }: Account, now: number): Account['ending'] {
  if (ending) return ending
  const at = forsaken === 'timeout' ? overdueAt + 5000 : overdueAt
  if (!forsaken || now < at) return undefined
  const code = forsaken === 'reset' ? 'ECONNRESET read' : 'DEADLINE'
  return { at, fate: forsaken, phase: 'exchange', code, planned: false, zombie: true }
}
