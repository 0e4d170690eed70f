import { z } from 'zod'
import { defineFacts } from '../facts.ts'

const destination = z.object({
  address: z.string(),
  port: z.number(),
  forward: z.string(),
  weight: z.number(),
  active: z.number(),
  inactive: z.number(),
})

export const ipvs = defineFacts(
  'ipvs',
  z.object({
    /** Virtual services the flows ask for; all of them when no flow was asked about. */
    services: z.array(
      z.object({
        proto: z.enum(['tcp', 'udp']),
        address: z.string(),
        port: z.number(),
        scheduler: z.string(),
        destinations: z.array(destination),
      }),
    ),
    /** The flows' own entries; without `destination` IPVS has none for it. */
    connections: z.array(
      z.object({
        flow: z.string(),
        destination: z.string().optional(),
        state: z.string().optional(),
        expiresS: z.number().optional(),
      }),
    ),
    /** Seconds, `ipvsadm -l --timeout`; absent where that is not installed. */
    timeouts: z.object({ tcp: z.number(), tcpfin: z.number(), udp: z.number() }).optional(),
  }),
)
