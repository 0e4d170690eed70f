import type { Verdict } from '../outcome/verdict.ts'
import { wilson } from '../stats/proportion.ts'
import { type Case, isLate, isMiss, seriesName } from './case.ts'
import type { Grounds } from './grounds.ts'
import type { Rule } from './rule.ts'
import { asLongAs } from './silences.ts'

/** A verdict stays open at least so long after its last symptom, ms. */
const quietMs = 10_000
/** Where nobody speaks any more (every connection waits for its reconnect), silence alone closes it, after this or three silences. */
const deafMs = 300_000
/** Of what it met in so few that it may have been luck, the lowest rate that is not surprising: nine times in ten it is higher. */
const confidence = 0.8
/** It is over when so many good outcomes in a row would be seen once in so many times were it still there. */
const doubt = 0.001

/**
 * Whether the symptom is gone for long enough: so many good outcomes in the series that met it that its rate no longer
 * fits. A fault that met one in ten of thousands takes 66 good outcomes; one that met all of 40 three, one that met both of
 * two nine.
 */
export function isOver(verdict: Verdict, grounds: Grounds, of: Case, rule: Pick<Rule, 'isCured'>): boolean {
  const quiet = of.at - verdict.lastAt
  if (quiet < quietMs) return false
  if (rule.isCured?.(grounds, of)) return true
  const { low } = wilson(verdict.count, Math.max(verdict.of, verdict.count, 1), confidence)
  const rate = Math.min(0.999, Math.max(0.01, low))
  const needed = Math.ceil(Math.log(doubt) / Math.log(1 - rate) - 1e-9) // logarithms are not exact
  return goodSince(verdict, grounds, of) >= needed || quiet >= Math.max(deafMs, 3 * grounds.longestMs)
}

/** Silences at least as long as the shortest fatal one, openings where openings failed, answers: in the verdict's own series. */
function goodSince({ series, lastAt }: Verdict, { fatalMs, isOfOpening }: Grounds, of: Case): number {
  const survived = of.cohorts
    .filter(cohort => series.includes(seriesName(cohort.of)))
    .flatMap(({ exchanges, opens }) => [
      ...[...exchanges].filter(({ at, idleMs }) => at > lastAt && idleMs >= asLongAs(fatalMs)),
      ...(isOfOpening ? [...opens].filter(each => each.at > lastAt && !isLate(each)) : []),
    ])
  const answered = of.probes
    .filter(probe => series.includes(seriesName(probe.of)))
    .flatMap(({ asks }) => [...asks].filter(ask => ask.at > lastAt && ask.fate === 'ok' && !isMiss(ask)))
  return survived.length + answered.length
}
