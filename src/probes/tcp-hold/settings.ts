import { z } from 'zod'
import { cohortFields, listenerFields } from '../../settings/cohort.ts'

/** One cohort. */
export const cohortSettings = z.strictObject({
  ...cohortFields(7000, { most: 1_000_000, usual: 100 }),
  speaker: z.enum(['client', 'server', 'both']).default('client').meta({ description: 'who breaks the silence' }),
  sourcePorts: z
    .strictObject({ from: z.int().min(1024).max(65_535), to: z.int().min(1024).max(65_535) })
    .refine(({ from, to }) => from <= to, { error: () => 'from not above to' })
    .optional()
    .meta({ description: 'connect only from these local ports' }),
})
export type Cohort = z.output<typeof cohortSettings>

/** The half that answers. */
export const answerSettings = z.strictObject(listenerFields(7000, 'three quarters'))
export type Answer = z.output<typeof answerSettings>
