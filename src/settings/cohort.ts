import { z } from 'zod'
import { paths } from '../outcome/observation.ts'
import { address, addresses } from './address.ts'
import { duration } from './duration.ts'
import { idle, name } from './fields.ts'
import { keepalive, userTimeout } from './keepalive.ts'

/** What every kind that holds connections lets people set for a cohort. `connections`: at most, and if nothing is said. */
export function cohortFields(defaultPort: number, connections: { readonly most: number; readonly usual: number }) {
  return {
    name,
    connections: z
      .int()
      .min(1)
      .max(connections.most)
      .default(connections.usual)
      .meta({ description: 'how many connections to hold' }),
    path: z
      .enum(paths)
      .default('service')
      .meta({ description: 'through the Service (NAT on the way), or straight to pods' }),
    to: addresses(defaultPort).meta({
      description: 'where to; a name with several addresses spreads the connections over all of them',
    }),
    idle: idle.default({ kind: 'fixed', ms: 900_000 }).meta({ description: 'the silence between two exchanges' }),
    keepalive: keepalive.default('off'),
    userTimeout,
    deadline: duration({ min: '10ms', max: '10m' })
      .default(5000)
      .meta({ description: 'for connecting, and for an exchange' }),
    reconnect: z
      .strictObject({
        base: duration({ min: '10ms', max: '1h' }).default(1000),
        cap: duration({ min: '10ms', max: '1h' }).default(30_000),
      })
      .default({ base: 1000, cap: 30_000 })
      .meta({ description: 'wait before a reconnect: doubles from base to cap, with jitter' }),
    spread: duration({ max: '1h' }).default(10_000).meta({
      description:
        "the first connects are spread evenly over this, and reconnects after a server's goodbye at random (30s at most)",
    }),
  }
}
export type CohortSettings = z.output<z.ZodObject<ReturnType<typeof cohortFields>>>

/** What every kind that holds connections lets people set for the half that answers. `share`: of what the limits of files and of the container's memory have room for. */
export function listenerFields(defaultPort: number, share: string) {
  return {
    listen: address(defaultPort, { listening: true }).default({ host: '::', port: defaultPort }),
    keepalive: keepalive
      .default('off')
      .meta({ description: "the server's own keepalive, set once on the listening socket" }),
    userTimeout,
    maxConnections: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta({
        description: `connections beyond it are refused and counted; by default ${share} of what the limits of files and memory have room for`,
      }),
  }
}
export type ListenerSettings = z.output<z.ZodObject<ReturnType<typeof listenerFields>>>
