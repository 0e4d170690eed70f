import { z } from 'zod'
import { cohortFields, listenerFields } from '../../settings/cohort.ts'

/** One cohort. */
export const cohortSettings = z.strictObject(cohortFields(7001, { most: 1_000_000, usual: 20 }))
export type Cohort = z.output<typeof cohortSettings>

/** The half that answers. */
export const answerSettings = z.strictObject(listenerFields(7001, 'a quarter'))
export type Answer = z.output<typeof answerSettings>
