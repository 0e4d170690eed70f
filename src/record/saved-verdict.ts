import { z } from 'zod'
import { type Family, families, levels } from '../outcome/verdict.ts'
import { savedTime } from './saved-time.ts'
import { mostNames, mostVerdicts } from './verdicts.ts'

const family = z.enum(Object.keys(families) as [Family, ...Family[]]) // `keys` forgets which

/** A verdict as the journal has it. */
export const savedVerdict = z.object({
  id: z.string(),
  name: z.string(),
  family,
  variant: z.string().optional(),
  says: z.string(),
  planned: z.boolean(),
  state: z.enum(['open', 'closed']),
  since: savedTime,
  lastAt: savedTime,
  openedAt: savedTime,
  updatedAt: savedTime,
  closedAt: savedTime.optional(),
  supersededBy: z.string().optional(),
  series: z.array(z.string()).readonly(),
  count: z.number(),
  of: z.number(),
  exposureMs: z.number().optional(),
  confidence: z.object({ level: z.enum(levels), because: z.string() }),
  evidence: z.array(z.object({ source: z.string(), at: savedTime, says: z.string() })).readonly(),
  ruledOut: z.array(z.object({ what: z.string(), because: z.string() })).readonly(),
  missing: z.array(z.object({ what: z.string(), wouldTell: z.string() })).readonly(),
  remedy: z.array(z.string()).readonly(),
})

export const savedVerdicts = z.object({
  all: z
    .array(savedVerdict.extend({ abandoned: z.literal(true).optional() }))
    .max(mostVerdicts)
    .readonly(),
  counts: z
    .array(z.object({ name: z.string(), family, opened: z.number(), planned: z.number() }))
    .max(mostNames)
    .readonly(),
})
