import { type LedgerFact, ledgerFacts } from '../evidence/ledger/facts.ts'
import type { Case, Death } from './case.ts'
import { perCase } from './per-case.ts'

/**
 * What the server says of a connection that died here. `alive`: it had no idea. `deaf`: it spoke, too, and heard nothing.
 * `before`: it had been reset earlier, unasked by us. `together`: it was reset in its silence at the same moment. `gone`: it
 * ended the connection itself, or was started anew.
 */
export type Told = 'alive' | 'deaf' | 'before' | 'together' | 'gone'

export interface Account {
  readonly told: Told
  /** False where it is only inferred from deaths alike. */
  readonly heard: boolean
  /** Epoch ms of the reading. */
  readonly at: number
  readonly ending?: LedgerFact['ending']
  /** How long it had heard nothing when it ended there, ms, by the server's clock. */
  readonly quietMs?: number
}

/** So far may two clocks, and two kernels told by one middlebox, be apart, ms. */
const sameMomentMs = 2000

/** By connection id: the first word of its server after the death. Later ones know what the server found out since. */
export const accountsOf = perCase((of: Case): ReadonlyMap<string, Account> => {
  const deaths = new Map(of.deaths.map(death => [death.id, death]))
  const accounts = new Map<string, Account>()
  for (const { at, value } of of.facts.all(ledgerFacts, 'servers'))
    for (const fact of value) {
      const death = deaths.get(fact.id)
      if (!death || accounts.has(fact.id) || at < death.at) continue
      const told = toldOf(fact, death)
      if (told) accounts.set(fact.id, { told, heard: true, at, ...endingOf(fact) })
    }
  return accounts
})

function toldOf({ state, instance, answeredBy, ending }: LedgerFact, death: Death): Told | undefined {
  if (answeredBy !== undefined && answeredBy !== instance) return 'gone'
  if (state === 'open' || state === 'overdue') return 'alive'
  if (state !== 'ended' || !ending) return undefined
  if (ending.fate === 'timeout') return 'deaf'
  if (ending.planned || ending.fate !== 'reset') return 'gone'
  if (ending.zombie) return 'alive' // it found out later, by speaking out of turn
  const together = death.phase === 'idle' && ending.phase === 'idle' && Math.abs(ending.at - death.at) <= sameMomentMs
  return together ? 'together' : 'before'
}

const endingOf = ({ ending, lastAt }: LedgerFact) => ({
  ...(ending && { ending }),
  ...(ending && lastAt !== undefined && ending.at >= lastAt && { quietMs: ending.at - lastAt }),
})
