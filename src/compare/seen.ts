import type { OfCohort } from '../outcome/observation.ts'
import { type CohortSeries, type EndCount, isFault } from '../record/snapshot.ts'
import type { Seen } from '../stats/bootstrap.ts'
import type { Counted } from '../stats/poisson.ts'
import { recordedValues } from '../stats/recorded-values.ts'
import type { Lives } from '../stats/survival.ts'

/** What one cohort of a pool did in its range, as one side saw it. */
export interface SeenSeries extends OfCohort {
  /** What it is compared by: see `calledIn`. */
  readonly called: string
  /** Connection-time spent idle, ms. */
  readonly exposureMs: number
  readonly opened: number
  /** Ends that are somebody's fault, of connections that had come up: resets, and all others. */
  readonly resets: number
  readonly otherFaults: number
  /** Attempts to connect that failed, plans aside. */
  readonly unconnected: number
  /** Connections whose process was gone: nobody saw their fate. */
  readonly fateless: number
  /** Exchange latencies, microseconds. */
  readonly latencies: readonly Seen[]
  /** Silences that began in the range and how they ended; ages in ms, three digits. */
  readonly lives: readonly Lives[]
}

/** The numbers of a series at one moment; histograms go on, so what they hold is taken out. */
export type Mark = Omit<SeenSeries, keyof OfCohort | 'called' | 'lives'>

export function markOf({ exposureMs, opened, ends, fateless, exchange }: CohortSeries): Mark {
  const faults = ends.filter(isFault)
  const sum = (counts: (end: EndCount) => boolean) => faults.filter(counts).reduce((all, { count }) => all + count, 0)
  return {
    exposureMs,
    opened,
    fateless,
    resets: sum(({ fate, phase }) => phase !== 'connect' && fate === 'reset'),
    otherFaults: sum(({ fate, phase }) => phase !== 'connect' && fate !== 'reset'),
    unconnected: sum(({ phase }) => phase === 'connect'),
    latencies: recordedValues(exchange.all),
  }
}

/** What came between two marks. */
export function between(before: Mark | undefined, after: Mark): Mark {
  if (!before) return after
  const less = (field: Exclude<keyof Mark, 'latencies'>) => Math.max(0, after[field] - before[field])
  const old = new Map(before.latencies.map(({ value, count }) => [value, count]))
  return {
    exposureMs: less('exposureMs'),
    opened: less('opened'),
    resets: less('resets'),
    otherFaults: less('otherFaults'),
    unconnected: less('unconnected'),
    fateless: less('fateless'),
    latencies: after.latencies
      .map(({ value, count }) => ({ value, count: count - (old.get(value) ?? 0) }))
      .filter(({ count }) => count > 0),
  }
}

/** Faults of held connections over connection-hours. */
export const faultsOf = (series: readonly SeenSeries[]): Counted => ({
  events: series.reduce((sum, { resets, otherFaults }) => sum + resets + otherFaults, 0),
  exposure: hoursOf(series),
})
/** Resets alone. */
export const resetsOf = (series: readonly SeenSeries[]): Counted => ({
  events: series.reduce((sum, { resets }) => sum + resets, 0),
  exposure: hoursOf(series),
})
const hoursOf = (series: readonly SeenSeries[]): number =>
  series.reduce((sum, { exposureMs }) => sum + exposureMs, 0) / 3_600_000

/** All counts of several series under one: a value once, however many of them had it. */
export function latenciesOf(series: readonly SeenSeries[]): Seen[] {
  const counts = new Map<number, number>()
  for (const { value, count } of series.flatMap(({ latencies }) => latencies))
    counts.set(value, (counts.get(value) ?? 0) + count)
  return [...counts].map(([value, count]) => ({ value, count }))
}

export function livesTogether(series: readonly SeenSeries[]): Lives[] {
  const ages = new Map<number, Lives>()
  for (const { age, died, survived } of series.flatMap(({ lives }) => lives)) {
    const there = ages.get(age) ?? { age, died: 0, survived: 0 }
    ages.set(age, { age, died: there.died + died, survived: there.survived + survived })
  }
  return [...ages.values()].sort((a, b) => a.age - b.age)
}
