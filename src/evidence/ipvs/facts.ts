import { z } from 'zod'
import { defineFacts, type FactsOf } from '../facts.ts'

const destination = z.object({
  address: z.string(),
  port: z.number(),
  /** The kernel's word: `Masq`, `Local`, `Tunnel`, `Route`. */
  forward: z.string(),
  weight: z.number(),
  active: z.number(),
  /** Of UDP every entry is inactive. */
  inactive: z.number(),
})

const service = z.object({
  proto: z.enum(['tcp', 'udp']),
  address: z.string(),
  port: z.number(),
  scheduler: z.string(),
  /** The kernel's words. `persistent`: a client comes to the same destination again. `ops`: every packet is scheduled anew, its flows have no entry. */
  flags: z.array(z.string()),
  /** At most 64, those of weight 0 first. */
  destinations: z.array(destination),
  /** So many destinations more. */
  more: z.number().optional(),
})
export type VirtualService = z.output<typeof service>

const connection = z.object({
  flow: z.string(),
  /** `10.244.2.11:7000` */
  destination: z.string().optional(),
  state: z.string().optional(),
  expiresS: z.number().optional(),
})
export type Connection = z.output<typeof connection>

export const ipvs = defineFacts(
  'ipvs',
  z.object({
    /** Virtual services the flows ask for; when no flow was asked about all of them, as far as there is room for 1000 destinations. */
    services: z.array(service),
    /** The flows' own entries, one line for each flow that was looked for; without `destination` IPVS has none for it. */
    connections: z.array(connection),
    /** Why the flows were not looked for, where they were not. */
    unread: z.string().optional(),
    /** Seconds, `ipvsadm -l --timeout`; absent where that is not installed. */
    timeouts: z.object({ tcp: z.number(), tcpfin: z.number(), udp: z.number() }).optional(),
  }),
)
export type Ipvs = FactsOf<typeof ipvs>
