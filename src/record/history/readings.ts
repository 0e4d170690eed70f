import { latencyEdges } from '../../stats/buckets.ts'
import type { CohortTally } from '../cohort.ts'
import { exposureAt } from '../cohort.ts'
import { endings } from '../endings.ts'
import type { ProbeTally } from '../probe.ts'
import { isFault } from '../snapshot.ts'
import type { Reading } from './history.ts'

/** What is remembered of a cohort in a slice. `resets` and `others` are unplanned. */
export const cohortColumns = ['exposureMs', 'resets', 'others', 'planned', 'opened'] as const
/** Of a probe: questions, those without an answer, other faults, and one column for each latency bucket. */
export const probeColumns = ['asked', 'timeouts', 'others'] as const
export const bucketCount = latencyEdges.length + 1

export function* readings(
  cohorts: Iterable<CohortTally>,
  probes: Iterable<ProbeTally>,
  steady: number,
): Generator<Reading> {
  for (const tally of cohorts)
    yield { of: tally.of, owner: tally, mark: NaN, totals: () => cohortTotals(tally, steady) } // silence goes on
  for (const tally of probes)
    yield { of: placeOf(tally), owner: tally, mark: tally.asked, totals: () => probeTotals(tally) }
}

function cohortTotals(tally: CohortTally, steady: number): number[] {
  const totals = [exposureAt(tally, steady), 0, 0, 0, tally.opened]
  for (let place = 0; place < columnOfEnding.length; place += 1) {
    const column = columnOfEnding[place] ?? 0
    totals[column] = (totals[column] ?? 0) + (tally.counts[place] ?? 0)
  }
  return totals
}

const columnOfEnding = endings.map(ending => {
  if (!isFault(ending)) return cohortColumns.indexOf('planned') // our own stop is planned, too
  return cohortColumns.indexOf(ending.fate === 'reset' ? 'resets' : 'others')
})

function probeTotals({ asked, fates, latency }: ProbeTally): number[] {
  const faults = Object.entries(fates).filter(([fate]) => isFault({ fate: fate as keyof typeof fates, planned: false }))
  const others = faults.reduce((sum, [, count]) => sum + count, 0) - fates.timeout
  return [asked, fates.timeout, others, ...latency.classic.counts]
}

const placeOf = ({ side, kind, probe, server, mode }: ProbeTally) => ({ side, kind, probe, server, mode })
