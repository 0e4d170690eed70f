import { isMiss, isTrusted, type Question } from './case.ts'
import type { ProbeHistory } from './history.ts'
import type { Meanwhile } from './rises.ts'

/** Epoch ms at which a question was sent, or a little later: a busy process tells of it late. */
export const sentAt = ({ at, tookUs }: Question): number => at - tookUs / 1000

/** Something came back, be it an error code or from somebody else: whoever was asked was reached. */
export const isHeard = ({ fate }: Question): boolean => heard.has(fate)
const heard: ReadonlySet<string> = new Set(['ok', 'wrong-reply', 'wrong-source'])

/** It says something about others than ourselves. */
export const isTelling = (question: Question): boolean => question.fate !== 'cancelled' && isTrusted(question)

/** How questions fared. */
export interface Tally {
  readonly good: number
  readonly bad: number
}

/** Those of some series that were sent meanwhile. */
export function sentIn(series: readonly ProbeHistory[], { from, to }: Meanwhile): readonly Question[] {
  return series.flatMap(({ asks }) =>
    [...asks].filter(each => isTelling(each) && sentAt(each) >= from && sentAt(each) <= to),
  )
}

/** How they fared, an error code counted as bad. */
export const tally = (questions: readonly Question[], isBad: (question: Question) => boolean = isMiss): Tally => {
  const bad = questions.filter(isBad).length
  return { good: questions.length - bad, bad }
}

/** Symptoms of a series that were sent meanwhile: what a finding about that time explains, our own stalls as well. */
export const missesOf = (misses: readonly Question[], { of }: ProbeHistory, { from, to }: Meanwhile): Question[] =>
  misses.filter(each => isOf(each, of) && sentAt(each) >= from && sentAt(each) <= to)

const isOf = (question: Question, of: ProbeHistory['of']): boolean =>
  question.kind === of.kind && question.probe === of.probe && question.server === of.server && question.mode === of.mode
