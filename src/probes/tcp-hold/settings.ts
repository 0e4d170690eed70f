import { z } from 'zod'
import { address } from '../../settings/address.ts'
import { cohortFields } from '../../settings/cohort.ts'
import { keepalive, userTimeout } from '../../settings/keepalive.ts'

/** One cohort. */
export const cohortSettings = z.strictObject({
  ...cohortFields(7000, { most: 60_000, usual: 100 }),
  speaker: z.enum(['client', 'server', 'both']).default('client').meta({ description: 'who breaks the silence' }),
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
