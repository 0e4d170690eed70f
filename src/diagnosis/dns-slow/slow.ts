import type { Case, Question } from '../case.ts'
import type { ProbeHistory } from '../history.ts'
import { lateAnswers } from '../late.ts'
import { perCase } from '../per-case.ts'
import { isTelling, missesOf, sentAt } from '../questions.ts'
import { type Target, targetsOf } from '../targets.ts'

/** A DNS server whose answers come after we gave up. */
export interface Slow {
  readonly target: Target
  /** Questions that were given up: all, and those that were answered after all, with how long it took, ms. */
  readonly given: readonly Question[]
  readonly late: readonly number[]
  /** Epoch ms at which the first and the last of them were sent. */
  readonly from: number
  readonly to: number
}

/** Fewer late answers than these are a hiccup. */
const leastLate = 5
/** Of what was given up so much was answered after all: what is missing beside it is the network's ordinary loss. */
const leastShare = 0.8

export const slowIn = perCase((of: Case): readonly Slow[] =>
  targetsOf(of)
    .filter(({ pinned, fresh }) => [...pinned, ...fresh].some(port => port.of.kind === 'dns'))
    .flatMap(target => slowBy(of, target) ?? []),
)

function slowBy(of: Case, target: Target): Slow | undefined {
  const ports = [...target.pinned, ...target.fresh]
  const late = new Map(ports.flatMap(port => [...lateAnswers(port)]))
  const longest = Math.max(0, ...late.values())
  // What was asked just now may still be answered.
  const settled = (each: Question) =>
    each.fate === 'timeout' && isTelling(each) && sentAt(each) <= of.at - 1.5 * longest
  const given = ports.flatMap(({ asks }) => [...asks].filter(settled))
  const answered = given.filter(each => late.has(each))
  if (answered.length < leastLate || answered.length < leastShare * given.length) return undefined
  const sent = answered.map(sentAt)
  const tookMs = answered.map(each => late.get(each) ?? 0)
  return { target, given, late: tookMs, from: Math.min(...sent), to: Math.max(...sent) }
}

/** All that went wrong with such a server meanwhile, failed lookups as well. */
export const missesWith = (of: Case, { target: { pinned, fresh, lookups }, from, to }: Slow): readonly Question[] => {
  const around = { from: from - marginMs, to: to + marginMs }
  return [...pinned, ...fresh, ...lookups].flatMap((port: ProbeHistory) => missesOf(of, port, around).filter(isTimeout))
}

const isTimeout = ({ fate }: Question): boolean => fate === 'timeout'

/** Port modes ask one after the other, and a lookup begins before its last question, ms. */
const marginMs = 3000
