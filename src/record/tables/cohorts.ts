import { type CohortSeries, type EndCount, isFault, type Snapshot } from '../snapshot.ts'
import { type Cell, flexible, left, nothing, plain, right, type Table, toned } from './table.ts'
import { ago, count, counted, exposure, latency } from './words.ts'

/** Every cohort as each side saw it. `Resets` and `Other` are unplanned; the rate is per 1000 connection-hours. */
export function cohortsTable({ cohorts, at }: Snapshot): Table {
  return {
    title: 'Cohorts',
    columns: [
      left('Side'),
      flexible('Cohort'),
      left('Path'),
      left('Kind'),
      ...['Open', 'Exposure', 'Exch.', 'Resets', 'Other', 'Planned', 'Zombie', 'Dying', 'p50', 'p99'].map(right),
      flexible('Last end'),
    ],
    rows: cohorts.map(series => row(series, at)),
    empty: 'no cohort is configured, and none was heard of.',
  }
}

function row(series: CohortSeries, now: number): Cell[] {
  const { side, cohort, path, kind, open, exposureMs, exchanges, zombies, exchange } = series
  return [
    plain(side),
    plain(cohort),
    plain(path),
    plain(kind),
    counted(open),
    exposureMs > 0 ? plain(exposure(exposureMs)) : nothing,
    counted(exchanges),
    resets(series),
    counted(
      sumOf(series, end => isFault(end) && end.fate !== 'reset'),
      'warn',
    ),
    counted(sumOf(series, end => end.planned)),
    counted(zombies, 'bad'),
    dying(series),
    percentile(exchange, 50),
    percentile(exchange, 99),
    lastEnd(series, now),
  ]
}

/** Unplanned resets for each 1000 hours of one connection's silence; `undefined` where there was too little of it. */
export function resetRate(series: CohortSeries): number | undefined {
  const hours = series.exposureMs / 3_600_000
  return hours < enoughHours ? undefined : (resetsOf(series) / hours) * 1000
}

/** Below this a rate says more about chance than about the path. */
const enoughHours = 10

const resetsOf = (series: CohortSeries): number => sumOf(series, end => isFault(end) && end.fate === 'reset')

function resets(series: CohortSeries): Cell {
  const number = resetsOf(series)
  const rate = resetRate(series)
  const text = number > 0 && rate !== undefined ? `${count(number)} ${rateText(rate)}/kh` : count(number)
  return toned(text, number === 0 ? 'dim' : 'bad')
}

const rateText = (rate: number): string => (rate < 9.95 ? rate.toFixed(1) : count(Math.round(rate)))

/** Idle connections that the last sweep found probing without an answer, or backing off. */
function dying({ sweep }: CohortSeries): Cell {
  return sweep ? counted(sweep.probing + sweep.backingOff, 'warn') : nothing
}

function lastEnd({ lastEnd }: CohortSeries, now: number): Cell {
  if (!lastEnd) return nothing
  return toned(`${lastEnd.fate} ${ago(now - lastEnd.at)}`, isFault(lastEnd) ? 'bad' : 'dim')
}

export function percentile({ all }: CohortSeries['exchange'], percent: number): Cell {
  return all.totalCount === 0 ? nothing : plain(latency(Math.min(all.maxValue, all.getValueAtPercentile(percent))))
}

function sumOf({ ends }: CohortSeries, counts: (end: EndCount) => boolean): number {
  return ends.filter(counts).reduce((sum, end) => sum + end.count, 0)
}
