import { z } from 'zod'
import { defineFacts, type FactsOf } from '../facts.ts'

const tuple = z.object({ src: z.string(), dst: z.string(), sport: z.number(), dport: z.number() })

export const entry = z.object({
  proto: z.enum(['tcp', 'udp']),
  /** `ESTABLISHED`, `SYN_SENT`, ...; absent for UDP. */
  state: z.string().optional(),
  /** Seconds left. */
  expiresS: z.number().optional(),
  original: tuple,
  /** Where answers come from and go to: `reply.src` is the backend NAT chose, or the VIP itself where nothing was translated. */
  reply: tuple,
  unreplied: z.boolean(),
  assured: z.boolean(),
  mark: z.number().optional(),
  /** Absent is 0, where kube-proxy's entries are. */
  zone: z.number().optional(),
  /** Of both directions; absent unless the kernel counts them (`nf_conntrack_acct`). */
  packets: z.number().optional(),
})
export type Entry = z.output<typeof entry>

/** One line for each flow that conntrack could be asked about; without `entry` it has none for it. */
export const conntrackEntries = defineFacts(
  'conntrack-entries',
  z.array(z.object({ flow: z.string(), entry: entry.optional() })),
)
export type ConntrackEntries = FactsOf<typeof conntrackEntries>
