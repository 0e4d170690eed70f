import { type CohortSeries, isFault, type ProbeSeries, type Snapshot } from '../record/snapshot.ts'
import { type Buckets, total } from '../stats/buckets.ts'
import type { Latency } from '../stats/latency.ts'
import type { WebSource } from './source.ts'

/** `/api/status`: all of the snapshot that fits in one look. Durations carry their unit, times are epoch ms. */
export function status(source: WebSource, uptimeS: number) {
  const snapshot = source.snapshot()
  return {
    version: source.version,
    nodeVersion: process.version,
    command: source.command,
    identity: snapshot.run?.identity,
    uptimeS: Math.round(uptimeS),
    ...source.ready(),
    noise: source.noise(),
    journal: source.journal?.(),
    ledger: source.ledger && { open: source.ledger.openCount },
    ...summary(snapshot),
    faults: snapshot.faults,
  }
}

/** What the event stream repeats every two seconds. */
export function summary({ at, runs, cohorts, probes, rejected }: Snapshot) {
  return { at, runs, cohorts: cohorts.map(cohort), probes: probes.map(probe), rejected }
}

function cohort(series: CohortSeries) {
  const { exposureMs, ends, idleAtDeath, lifetime, exchange, connect, ...rest } = series
  return {
    ...rest,
    faults: ends.filter(isFault).reduce((sum, { count }) => sum + count, 0),
    exposureS: exposureMs / 1000,
    ends: ends.filter(({ count }) => count > 0),
    idleAtDeathS: filled(idleAtDeath),
    lifetimeS: filled(lifetime),
    exchangeLatency: percentiles(exchange),
    connectLatency: percentiles(connect),
  }
}

function probe({ latency, ...rest }: ProbeSeries) {
  return { ...rest, latency: percentiles(latency) }
}

/** From the HdrHistogram, within two digits. `clamped` answers took longer than a minute. */
function percentiles({ all, clamped }: Latency) {
  if (all.totalCount === 0) return { count: 0 }
  const [p50Us, p90Us, p99Us] = [50, 90, 99].map(percent => all.getValueAtPercentile(percent))
  return { count: all.totalCount, minUs: all.minNonZeroValue, p50Us, p90Us, p99Us, maxUs: all.maxValue, clamped }
}

/** Only the buckets something fell in, as `[upper edge, count]`; no edge is above them all. */
function filled({ edges, counts, sum }: Buckets) {
  const pairs = counts.map((count, i) => [edges[i] ?? null, count] as const)
  return { count: total({ edges, counts, sum }), sum, buckets: pairs.filter(([, count]) => count > 0) }
}
