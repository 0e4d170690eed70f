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
export const toldBy = (port: ProbeHistory): readonly Question[] => sorted(port).told

/** All of a series that were seen to their end. A stall of ours may have made some of it: for comparing those it met alike. */
export const askedBy = (port: ProbeHistory): readonly Question[] => sorted(port).asked

interface Sorted {
  readonly total: number
  readonly asked: readonly Question[]
  readonly told: readonly Question[]
}

function sorted(port: ProbeHistory): Sorted {
  const { asks } = port
  const before = known.get(port)
  if (before?.total === asks.total) return before
  const asked = [...asks].filter(({ fate }) => fate !== 'cancelled').toSorted((a, b) => sentAt(a) - sentAt(b))
  const made = { total: asks.total, asked, told: asked.filter(isTelling) }
  known.set(port, made)
  return made
}
/** A history grows: what was sorted holds until it does. */
const known = new WeakMap<ProbeHistory, Sorted>()

/** Those of some series that were sent meanwhile, and are telling. */
export const sentIn = (series: readonly ProbeHistory[], meanwhile: Meanwhile): readonly Question[] =>
  series.flatMap(port => between(toldBy(port), meanwhile))

/** Those of some series that were sent meanwhile: all. */
export const askedIn = (series: readonly ProbeHistory[], meanwhile: Meanwhile): readonly Question[] =>
  series.flatMap(port => between(askedBy(port), meanwhile))

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
