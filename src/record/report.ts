import { type Buckets, total } from '../stats/buckets.ts'
import type { Latency } from '../stats/latency.ts'
import type { Read } from './journal/read.ts'
import type { Run } from './journal/replay.ts'
import type { CohortSeries, ProbeSeries } from './snapshot.ts'
import { resetRate } from './tables/cohorts.ts'
import { left, plain, type Table } from './tables/table.ts'
import { type Paint, textOf } from './tables/text.ts'
import { moment, span } from './tables/words.ts'
import { tables } from './tables.ts'

/** A journal for people: its runs, every table, and what was met while reading it. */
export function reportText(read: Read, look: { width?: number; paint?: Paint } = {}): string {
  const parts = [runsTable(read.runs), ...tables(read.snapshot, { faults: 50 })].map(table => textOf(table, look))
  const notes = read.notes.length > 0 ? [`Notes\n${read.notes.map(note => `- ${note}\n`).join('')}`] : []
  return [...parts, ...notes].join('\n')
}

function runsTable(runs: readonly Run[]): Table {
  return {
    title: 'Runs',
    columns: ['Began (UTC)', 'Last sign (UTC)', 'Lasted', 'Side', 'Pod', 'Version'].map(left),
    rows: runs.map(({ at, until, side, identity, version }) =>
      [moment(at), moment(until), span(until - at), side, identity.pod, version].map(plain),
    ),
    empty: 'no run is on record.',
  }
}

/** A journal for programs: every number there is, units in the names, times in epoch ms. */
export function reportJson({ snapshot, runs, notes, damaged }: Read) {
  const { at, cohorts, probes, rejected, disturbed, faults } = snapshot
  return {
    format: 1,
    atMs: at,
    runs: runs.map(({ at, until, ...rest }) => ({ beganAtMs: at, lastSignAtMs: until, ...rest })),
    cohorts: cohorts.map(cohort),
    probes: probes.map(probe),
    rejected,
    disturbed,
    faults: faults.map(({ at, ...rest }) => ({ atMs: at, ...rest })),
    damagedLines: damaged,
    notes,
  }
}

function cohort(series: CohortSeries) {
  const { exposureMs, ends, idleAtDeath, lifetime, exchange, connect, lastEnd, ...rest } = series
  return {
    ...rest,
    exposureS: exposureMs / 1000,
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

function percentiles({ all, clamped }: Latency) {
  if (all.totalCount === 0) return { count: 0 }
  const at = (percent: number) => all.getValueAtPercentile(percent)
  const { minNonZeroValue: min, maxValue: max, mean, totalCount } = all
  return { count: totalCount, min, mean, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max, clamped }
}
