import { z } from 'zod'
import { entry } from '../conntrack-entries/facts.ts'
import { defineFacts, type FactsOf } from '../facts.ts'

const event = z.object({
  /** Epoch ms. */
  at: z.number(),
  what: z.enum(['new', 'destroy']),
  flow: z.string(),
  /** As it was then. */
  entry,
  /** Who asked for it, where a program did: `conntrack`, or `portid 5337` where it had ended before it could be named. Absent when the kernel did it by itself. */
  by: z.string().optional(),
})

/** What happened lately, as far back as memory reaches. What is told is true, also where something was missed. */
export const conntrackEvents = defineFacts(
  'conntrack-events',
  z.object({
    /** To entries of the flows that were asked about, oldest first; the newest 400. A DESTROY may come long after the entry expired. */
    events: z.array(event),
    /** Programs that deleted entries, whoever's: a flush is a program and a large number. So many at least, from `at` (epoch ms) on for a second. */
    deletions: z.array(z.object({ at: z.number(), by: z.string(), count: z.number() })),
    /** Why other events may have happened all the same. Without it, none did. */
    missed: z.string().optional(),
  }),
)
export type ConntrackEvents = FactsOf<typeof conntrackEvents>
export type FlowEvent = z.output<typeof event>
export type Deletion = ConntrackEvents['deletions'][number]
