import { z } from 'zod'
import { defineFacts, type FactsOf } from '../facts.ts'
import { entry } from '../conntrack-entries/facts.ts'

/**
 * What happened lately to entries of the flows that were asked about, oldest first. A DESTROY may come long after the entry
 * expired. Empty only where nothing can have been missed; still, lately is as far back as memory reaches.
 */
export const conntrackEvents = defineFacts(
  'conntrack-events',
  z.array(
    z.object({
      /** Epoch ms. */
      at: z.number(),
      what: z.enum(['new', 'destroy']),
      flow: z.string(),
      /** As it was then. */
      entry,
      /** Who asked for it, where a program did: `conntrack`, or `portid 5337` where it had ended before it could be named. Absent when the kernel did it by itself. */
      by: z.string().optional(),
    }),
  ),
)
export type ConntrackEvents = FactsOf<typeof conntrackEvents>
