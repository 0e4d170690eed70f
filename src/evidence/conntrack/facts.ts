import { z } from 'zod'
import { defineFacts, type FactsOf } from '../facts.ts'

const loss = z.object({
  /** Epoch ms: the looks before the first and at the last of them. */
  from: z.number(),
  to: z.number(),
  /** By so much the counters `drop` and `insert_failed` rose, `count` was at most so many, of `max`. */
  drop: z.number(),
  insertFailed: z.number(),
  count: z.number(),
  max: z.number(),
})
export type TableLoss = z.output<typeof loss>

/** Table and counters of this network namespace; counters summed over all CPUs, under the names of `conntrack -S` (see `rise`). */
export const conntrack = defineFacts(
  'conntrack',
  z.object({
    /** Entries now, expired ones that nobody collected included; the limit, of the whole machine (0: none); hash buckets. */
    count: z.number(),
    max: z.number(),
    buckets: z.number().optional(),
    /** found, invalid, insert, insert_failed, drop, early_drop, error, search_restart, clash_resolve, chaintoolong, ...; empty where they cannot be read. */
    counters: z.record(z.string(), z.number()),
    /** When packets were lost to the table lately, oldest first, the newest 16; left out where nobody watches it all along. */
    losses: z.array(loss).optional(),
  }),
)
export type ConntrackTable = FactsOf<typeof conntrack>
