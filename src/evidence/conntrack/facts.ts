import { z } from 'zod'
import { defineFacts, type FactsOf } from '../facts.ts'

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
  }),
)
export type ConntrackTable = FactsOf<typeof conntrack>
