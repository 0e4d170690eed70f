import type { Asked } from '../../../src/outcome/observation.ts'
import type { Seen } from './incident.ts'
import { began } from './sight.ts'

type Question = Extract<Seen, Asked>

/**
 * The first `count` of questions, by when they were sent: an answer comes at once, giving up takes a second. So wait
 * for more than these before you count.
 */
export const firstSent = (asked: readonly Question[], count: number): readonly Question[] =>
  asked.toSorted((a, b) => began(a) - began(b)).slice(0, count)
