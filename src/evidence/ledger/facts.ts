import { z } from 'zod'
import { defineFacts, type FactsOf } from '../facts.ts'

const word = z.string().max(128)
/** Epoch ms of the server's own clock. */
const time = z.number().finite()

export const ending = z.object({
  at: time,
  fate: word,
  phase: word,
  code: z.string().max(256),
  planned: z.boolean(),
  zombie: z.boolean(),
})

/** The servers' own accounts of the connections that were asked about, by connection id (see `src/ledger`). */
export const ledgerFacts = defineFacts(
  'ledger',
  z.array(
    z.object({
      id: word,
      /** The server process that was asked, and the one that answered: another instance is a restarted server. */
      instance: word,
      answeredBy: word.optional(),
      /** `unknown`: a ledger answered, and knows no such connection. `unreachable`: no ledger answered. */
      state: z.enum(['open', 'overdue', 'ended', 'unknown', 'unreachable']),
      /** Why none answered, one sentence. */
      why: z.string().max(300).optional(),
      /** The client's address as the server saw it: after NAT, if there was any. */
      remote: word.optional(),
      /** Last byte in either direction. */
      lastAt: time.optional(),
      exchanges: z.number().optional(),
      ending: ending.optional(),
    }),
  ),
)
export type LedgerFacts = FactsOf<typeof ledgerFacts>
export type LedgerFact = LedgerFacts[number]
