import { type Case, isMiss, isTrusted, type Question } from './case.ts'
import type { ProbeHistory } from './history.ts'
import { perCase } from './per-case.ts'
import type { Meanwhile } from './rises.ts'

/** Epoch ms at which a question was sent, or a little later: a busy process tells of it late. */
export const sentAt = ({ at, tookUs }: Question): number => at - tookUs / 1000

/** Something came back, be it an error code or from somebody else: whoever was asked was reached. */
export const isHeard = ({ fate }: Question): boolean => heard.has(fate)
const heard: ReadonlySet<string> = new Set(['ok', 'wrong-reply', 'wrong-source'])

/** It says something about others than ourselves. */
export const isTelling = (question: Question): boolean => question.fate !== 'cancelled' && isTrusted(question)

/** Those of a series that are telling, in the order they were sent. */
export function toldBy(port: ProbeHistory): readonly Question[] {
  const { asks } = port
  const before = told.get(port)
  if (before?.total === asks.total) return before.inOrder
  const inOrder = [...asks].filter(isTelling).toSorted((a, b) => sentAt(a) - sentAt(b))
  told.set(port, { total: asks.total, inOrder })
  return inOrder
}
/** A history grows: what was sorted holds until it does. */
const told = new WeakMap<ProbeHistory, { readonly total: number; readonly inOrder: readonly Question[] }>()

/** Those of some series that were sent meanwhile. */
export const sentIn = (series: readonly ProbeHistory[], meanwhile: Meanwhile): readonly Question[] =>
  series.flatMap(port => between(toldBy(port), meanwhile))

/** How questions fared. */
export interface Tally {
  readonly good: number
  readonly bad: number
}

/** How they fared, an error code counted as bad. */
export const tally = (questions: readonly Question[], isBad: (question: Question) => boolean = isMiss): Tally => {
  const bad = questions.filter(isBad).length
  return { good: questions.length - bad, bad }
}

/** Symptoms of a series that were sent meanwhile: what a finding about that time explains, our own stalls as well. */
export const missesOf = (of: Case, port: ProbeHistory, meanwhile: Meanwhile): readonly Question[] =>
  between(missesBySeries(of).get(nameOf(port.of)) ?? [], meanwhile)

const missesBySeries = perCase(
  (of: Case): ReadonlyMap<string, readonly Question[]> =>
    Map.groupBy(
      of.misses.toSorted((a, b) => sentAt(a) - sentAt(b)),
      nameOf,
    ),
)

const nameOf = ({ kind, probe, server, mode }: ProbeHistory['of']): string => `${kind} ${probe} ${server} ${mode}`

/** Of questions in the order they were sent. */
function between(inOrder: readonly Question[], { from, to }: Meanwhile): readonly Question[] {
  return inOrder.slice(
    firstThat(inOrder, sent => sent >= from),
    firstThat(inOrder, sent => sent > to),
  )
}

function firstThat(inOrder: readonly Question[], isLate: (sent: number) => boolean): number {
  let [low, high] = [0, inOrder.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const one = inOrder[middle]
    if (one && isLate(sentAt(one))) high = middle
    else low = middle + 1
  }
  return low
}
