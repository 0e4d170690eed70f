import { type Buckets, total } from '../stats/buckets.ts'
import type { Latency } from '../stats/latency.ts'
import { type CohortSeries, isFault, type ProbeSeries, type Snapshot } from './snapshot.ts'
import { survivalJson } from './survival-json.ts'
import { resetRate } from './tables/cohorts.ts'

/** The snapshot for programs, the same in report, status and events: units in the names, times in epoch ms. */
export function snapshotJson({
  at,
  cohorts,
  probes,
  listeners,
  rejected,
  disturbed,
  faults,
  verdicts,
  verdictCounts,
  survival,
}: Snapshot) {
  return {
    atMs: at,
    verdicts,
    verdictCounts,
    cohorts: cohorts.map(cohort),
    probes: probes.map(probe),
    listeners,
    rejected,
    disturbed,
    faults: faults.map(timed),
    survival: survival.map(survivalJson),
  }
}

function cohort(series: CohortSeries) {
  const { exposureMs, ends, idleAtDeath, lifetime, exchange, connect, lastEnd, ...rest } = series
  return {
    ...rest,
    exposureS: exposureMs / 1000,
    faults: ends.filter(isFault).reduce((sum, { count }) => sum + count, 0),
    resetsPer1000ConnectionHours: resetRate(series),
    ends: ends.filter(({ count }) => count > 0),
    idleAtDeathS: ages(idleAtDeath),
    lifetimeS: ages(lifetime),
    exchangeLatencyUs: percentiles(exchange),
    connectLatencyUs: percentiles(connect),
    lastEnd: lastEnd && timed(lastEnd),
  }
}

function probe({ latency, lastFault, ...rest }: ProbeSeries) {
  const lost = Math.max(0, rest.fates.timeout - rest.strays.late)
  return { ...rest, lost, latencyUs: percentiles(latency), lastFault: lastFault && timed(lastFault) }
}

const timed = <T extends { at: number }>({ at, ...rest }: T) => ({ atMs: at, ...rest })

/** `le` is the upper edge of a bucket, `null` above all; empty buckets are left out. */
function ages(buckets: Buckets) {
  const counts = buckets.counts.map((count, i) => ({ le: buckets.edges[i] ?? null, count }))
  return { count: total(buckets), sum: buckets.sum, buckets: counts.filter(({ count }) => count > 0) }
}

function percentiles({ all, classic, clamped }: Latency) {
  if (all.totalCount === 0) return { count: 0 }
  const { minNonZeroValue: min, maxValue: max, totalCount } = all
  const mean = (classic.sum * 1e6) / totalCount // of what was seen itself, where the histogram would walk its buckets to guess
  const at = (percent: number) => Math.min(max, all.getValueAtPercentile(percent)) // it gives a bucket's upper end
  return { count: totalCount, min, mean, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max, clamped }
}
