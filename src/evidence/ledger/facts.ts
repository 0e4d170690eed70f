import { z } from 'zod'
import { defineFacts } from '../facts.ts'

/** The servers' own accounts of the connections that were asked about, by connection id (see `src/ledger`). */
export const ledgerFacts = defineFacts(
  'ledger',
  z.array(
    z.object({
      id: z.string(),
      /** The server process that was asked, and the one that answered: another instance is a restarted server. */
      instance: z.string(),
      answeredBy: z.string().optional(),
      /** `unknown`: it answered, and knows no such connection. `unreachable`: it did not answer. */
      state: z.enum(['open', 'overdue', 'ended', 'unknown', 'unreachable']),
      /** Why it did not answer. */
      why: z.string().optional(),
      remote: z.string().optional(),
      lastAt: z.number().optional(),
      exchanges: z.number().optional(),
      ending: z
        .object({
          at: z.number(),
          fate: z.string(),
          phase: z.string(),
          code: z.string(),
          planned: z.boolean(),
          zombie: z.boolean(),
        })
        .optional(),
    }),
  ),
)
