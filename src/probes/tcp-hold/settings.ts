import { z } from 'zod'
import { paths } from '../../outcome/observation.ts'
import { address } from '../../settings/address.ts'
import { duration } from '../../settings/duration.ts'
import { idle, name } from '../../settings/fields.ts'
import { keepalive, userTimeout } from '../../settings/keepalive.ts'

const to = address(7000)

/** One cohort. */
export const cohortSettings = z.strictObject({
  name,
  connections: z.int().min(1).max(60_000).default(100).meta({ description: 'how many connections to hold' }),
  path: z
    .enum(paths)
    .default('service')
    .meta({ description: 'through the Service (NAT on the way), or straight to pods' }),
  to: z
    .union([to.transform(one => [one]), z.array(to).min(1).max(256)], { error: () => 'an address or a list of them' })
    .meta({
      description: 'where to; a name with several addresses spreads the connections over all of them',
    }),
  idle: idle.default({ kind: 'fixed', ms: 900_000 }).meta({ description: 'the silence between two exchanges' }),
  keepalive: keepalive.default('off'),
  userTimeout,
  speaker: z.enum(['client', 'server', 'both']).default('client').meta({ description: 'who breaks the silence' }),
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
  spread: duration({ max: '1h' })
    .default(10_000)
    .meta({ description: 'the first connects are spread evenly over this' }),
  sourcePorts: z
    .strictObject({ from: z.int().min(1024).max(65_535), to: z.int().min(1024).max(65_535) })
    .refine(({ from, to }) => from <= to, { error: () => 'from not above to' })
    .optional()
    .meta({ description: 'connect only from these local ports' }),
})
export type Cohort = z.output<typeof cohortSettings>

/** The half that answers. */
export const answerSettings = z.strictObject({
  listen: address(7000, { listening: true }).default({ host: '::', port: 7000 }),
  keepalive: keepalive
    .default('off')
    .meta({ description: "the server's own keepalive, set once on the listening socket" }),
  userTimeout,
  maxConnections: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({ description: 'connections beyond it are refused and counted; by default the file limit less 256' }),
})
export type Answer = z.output<typeof answerSettings>
