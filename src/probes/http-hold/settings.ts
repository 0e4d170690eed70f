import { z } from 'zod'
import { address } from '../../settings/address.ts'
import { cohortFields } from '../../settings/cohort.ts'
import { keepalive, userTimeout } from '../../settings/keepalive.ts'

/** One cohort. */
export const cohortSettings = z.strictObject(cohortFields(7001, { most: 20_000, usual: 20 }))
export type Cohort = z.output<typeof cohortSettings>

/** The half that answers. */
export const answerSettings = z.strictObject({
  listen: address(7001, { listening: true }).default({ host: '::', port: 7001 }),
  keepalive: keepalive
    .default('off')
    .meta({ description: "the server's own keepalive, set once on the listening socket" }),
  userTimeout,
  maxConnections: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({ description: 'connections beyond it are refused and counted; by default a quarter of the file limit' }),
})
export type Answer = z.output<typeof answerSettings>
