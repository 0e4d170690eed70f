import { z } from 'zod'
import { defineFacts } from '../facts.ts'

/** Table and counters of this network namespace; counters under the kernel's names, summed over all CPUs. */
export const conntrack = defineFacts(
  'conntrack',
  z.object({
    /** Entries now, expired ones that nobody collected included; the limit, of the whole machine; hash buckets. */
    count: z.number(),
    max: z.number(),
    buckets: z.number().optional(),
    /** `/proc/net/stat/nf_conntrack`: found, invalid, insert, insert_failed, drop, early_drop, search_restart, clash_resolve, chaintoolong, ... */
    counters: z.record(z.string(), z.number()),
  }),
)
