import { z } from 'zod'
import { defineFacts } from '../facts.ts'
import { entry } from '../conntrack-entries/facts.ts'

/** What happened lately to entries of the flows that were asked about, oldest first. A DESTROY may come long after the entry expired. */
export const conntrackEvents = defineFacts(
  'conntrack-events',
  z.array(
    z.object({
      /** Epoch ms. */
      at: z.number(),
      what: z.enum(['new', 'update', 'destroy']),
      flow: z.string(),
      entry,
      /** Who asked for it, where a program did: `conntrack`, a port id. Absent when the kernel did it by itself. */
      by: z.string().optional(),
    }),
  ),
)
