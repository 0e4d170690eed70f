import type { Asked } from '../../../src/outcome/observation.ts'
import type { Seen } from './incident.ts'

type Question = Extract<Seen, Asked>

/**
 * The first `count` of questions, by when they were sent: an answer comes at once, giving up takes a second. So wait
 * for more than these before you count.
 */
export const firstSent = (asked: readonly Question[], count: number): readonly Question[] =>
  asked.toSorted((a, b) => sentAt(a) - sentAt(b)).slice(0, count)

/** Of questions, those that were sent at or after `at`, epoch ms. */
export const sentSince = (asked: readonly Question[], at = Infinity): readonly Question[] =>
  asked.filter(each => sentAt(each) >= at)

const sentAt = ({ at, tookUs }: Question) => at - tookUs / 1000
