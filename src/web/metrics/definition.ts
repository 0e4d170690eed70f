import type { OfCohort, OfProbe } from '../../outcome/observation.ts'
import { type Buckets, total } from '../../stats/buckets.ts'
import type { WebSource } from '../source.ts'
import type { Exemplar } from './exemplar.ts'
import type { Snapshot } from '../../record/snapshot.ts'

/** One metric: what its series are named, and how they are read off the process. Names and units follow Prometheus. */
export interface Metric {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly string[]
  /** Every series it has now. One that no longer applies is simply not among them. */
  readonly samples: (now: Now) => readonly Sample[]
}

/** What one scrape sees. */
export interface Now {
  readonly snapshot: Snapshot
  readonly source: WebSource
  /** When the process began, epoch s. */
  readonly startedAtS: number
}

export type Labels = Readonly<Record<string, string>>

/** One line of a scrape. */
export interface Sample {
  readonly value: number
  readonly labels: Labels
  /** Where it differs from the metric's: the `_bucket`, `_sum` and `_count` of a histogram. */
  readonly metricName?: string
  /** Shown in OpenMetrics only. */
  readonly exemplar?: Exemplar
  /** Labels that many lines have in common. */
  readonly sharedLabels?: Labels
}

/** A metric of a few samples. */
export function plain(
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  labels: readonly string[],
  samples: (now: Now) => readonly Sample[],
): Metric {
  return { name, type, help, labels, samples }
}

export const cohortLabels = ['side', 'kind', 'cohort', 'path'] as const
export const cohortOf = once(({ side, kind, cohort, path }: OfCohort): Labels => ({ side, kind, cohort, path }))

export const probeLabels = ['kind', 'probe', 'server', 'mode'] as const
export const probeOf = once(({ kind, probe, server, mode }: OfProbe): Labels => ({ kind, probe, server, mode }))

export const one = (value: number, labels: Labels = {}, sharedLabels?: Labels): Sample =>
  sharedLabels ? { value, labels, sharedLabels } : { value, labels }

/** The lines of one classic histogram: cumulative buckets up to `+Inf`, sum and count. */
export function histogram(name: string, sharedLabels: Labels, { edges, counts, sum }: Buckets): Sample[] {
  const line = (suffix: string, value: number, labels: Labels = {}): Sample => ({
    metricName: `${name}_${suffix}`,
    value,
    labels,
    sharedLabels,
  })
  let below = 0
  const closed = edges.map((edge, i) => {
    below += counts[i] ?? 0
    return line('bucket', below, { le: String(edge) })
  })
  const count = total({ edges, counts: [...counts], sum })
  return [...closed, line('bucket', count, { le: '+Inf' }), line('sum', sum), line('count', count)]
}

/** The same labels for the same series, as long as it lives: prom-client renders shared labels once for each object. */
function once<T extends object>(make: (series: T) => Labels): (series: T) => Labels {
  const made = new WeakMap<T, Labels>()
  return series => {
    const labels = made.get(series) ?? make(series)
    made.set(series, labels)
    return labels
  }
}
