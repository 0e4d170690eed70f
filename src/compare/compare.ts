import {
  bootstrapQuantile,
  bootstrapQuantileRatio,
  quantile,
  type Quantile,
  type Seen,
  usualDraws,
} from '../stats/bootstrap.ts'
import { type LogRank, logRank } from '../stats/log-rank.ts'
import { compareRates, type Counted, rateInterval, type RateRatio } from '../stats/poisson.ts'
import { curveOf, type Step } from '../stats/survival.ts'
import type { Interval } from '../stats/distribution/counted.ts'
import { type Decision, decide, type Demands } from './decide.ts'
import type { Gathered } from './gather.ts'
import { type Pair, type Pairing, pairUp, rateRatioOf } from './pairing.ts'
import { faultsOf, latenciesOf, livesTogether, resetsOf, type SeenSeries } from './seen.ts'

/** Two pools, compared: plain data, everything a page or a program shows. Rates are per connection-hour. */
export interface Comparison {
  readonly a: Gathered
  readonly b: Gathered
  readonly demands: Demands
  /** What it comes to. */
  readonly decision: Decision
  readonly pairing: Pairing
  /** All pairs together. */
  readonly total: Row
  /** One for each pair; none where there is only one. */
  readonly rows: readonly Row[]
  /** The same if each burst of faults were one event. */
  readonly asBursts: RateRatio
  /** Attempts to connect that were somebody's fault, of all; and cohorts of B that never came up, where A's like did. */
  readonly connects: { readonly a: Attempts; readonly b: Attempts; readonly neverUp: readonly string[] }
  readonly latencies: readonly LatencyRow[]
  readonly survival: {
    readonly a: readonly Step[]
    readonly b: readonly Step[]
    /** The longest silence of each, ms: beyond it nothing is known. */
    readonly oldest: { readonly a: number; readonly b: number }
    readonly test: LogRank
  }
}

export interface Attempts {
  readonly failed: number
  readonly of: number
}

export interface Row {
  readonly called: string
  readonly kind: string
  readonly path: string
  readonly a: Rates
  readonly b: Rates
  /** How many times B's rate of faults is A's. */
  readonly ratio: RateRatio
  /** Of resets alone. */
  readonly resetRatio: RateRatio
}

/** Faults and resets of held connections, and the intervals of their rates. */
export interface Rates {
  readonly cohorts: readonly string[]
  readonly faults: Counted & Interval
  readonly resets: Counted & Interval
}

/** A percentile of the exchange latency, microseconds. */
export interface LatencyRow {
  readonly percent: number
  /** Without an interval where too little lies beyond it. */
  readonly a: Partial<Quantile>
  readonly b: Partial<Quantile>
  /** How many times B's is A's. */
  readonly ratio?: Quantile
}

export function compare(a: Gathered, b: Gathered, demands: Demands): Comparison {
  const confidence = 1 - demands.alpha
  const pairing = pairUp(a.series, b.series)
  const { pairs } = pairing
  const [left, right] = [pairs.flatMap(pair => pair.a), pairs.flatMap(pair => pair.b)]
  const total = rowOf('', left, right, pairs, confidence)
  const connects = { a: attemptsOf(left), b: attemptsOf(right), neverUp: pairs.flatMap(neverUp) }
  const facts = { a: faultsOf(left), b: faultsOf(right), held: total.ratio, neverUp: connects.neverUp }
  return {
    a,
    b,
    demands,
    decision: decide(facts, demands),
    pairing,
    total,
    rows: pairs.length > 1 ? pairs.map(pair => rowOf(pair.called, pair.a, pair.b, [pair], confidence)) : [],
    asBursts: compareRates(burstsOf(b, facts.b), burstsOf(a, facts.a), confidence),
    connects,
    latencies: [50, 90, 99, 99.9].flatMap(percent =>
      latencyRow(percent, latenciesOf(left), latenciesOf(right), confidence),
    ),
    survival: {
      a: curveOf(livesTogether(left), confidence),
      b: curveOf(livesTogether(right), confidence),
      oldest: { a: livesTogether(left).at(-1)?.age ?? 0, b: livesTogether(right).at(-1)?.age ?? 0 },
      test: logRank(pairs.map(pair => ({ first: livesTogether(pair.a), second: livesTogether(pair.b) }))),
    },
  }
}

const burstsOf = ({ side, watched }: Gathered, { exposure }: Counted): Counted => ({
  events: watched.bursts[side].count,
  exposure,
})

function rowOf(
  called: string,
  a: readonly SeenSeries[],
  b: readonly SeenSeries[],
  pairs: readonly Pair[],
  confidence: number,
): Row {
  const withInterval = (counted: Counted) => ({ ...counted, ...rateInterval(counted, confidence) })
  const rates = (series: readonly SeenSeries[]): Rates => ({
    cohorts: [...new Set(series.map(({ cohort }) => cohort))],
    faults: withInterval(faultsOf(series)),
    resets: withInterval(resetsOf(series)),
  })
  const word = (field: 'kind' | 'path') => [...new Set([...a, ...b].map(each => each[field]))].join('/')
  return {
    called,
    kind: word('kind'),
    path: word('path'),
    a: rates(a),
    b: rates(b),
    ratio: rateRatioOf(pairs, confidence),
    resetRatio: rateRatioOf(pairs, confidence, resetsOf),
  }
}

/** So many attempts that all failed are no start that is just slow. */
const triedEnough = 3

function neverUp({ a, b }: Pair): string[] {
  const [left, right] = [faultsOf(a), faultsOf(b)]
  const { failed, of } = attemptsOf(b)
  const never = left.exposure > 0 && right.exposure === 0 && failed === of && failed >= triedEnough
  return never ? b.map(({ cohort }) => cohort) : []
}

function attemptsOf(series: readonly SeenSeries[]): Attempts {
  const failed = series.reduce((sum, { unconnected }) => sum + unconnected, 0)
  return { failed, of: series.reduce((sum, { opened }) => sum + opened, failed) }
}

function latencyRow(percent: number, a: readonly Seen[], b: readonly Seen[], confidence: number): LatencyRow[] {
  const draws = { ...usualDraws, confidence }
  const one = (values: readonly Seen[], salt: number): Partial<Quantile> => {
    const value = quantile(values, percent / 100)
    const known = bootstrapQuantile(values, percent / 100, { ...draws, seed: draws.seed + salt })
    return known ?? (value === undefined ? {} : { value })
  }
  const [left, right] = [one(a, 0), one(b, 1)]
  if (left.value === undefined && right.value === undefined) return []
  const ratio = bootstrapQuantileRatio(b, a, percent / 100, draws)
  return [{ percent, a: left, b: right, ...(ratio && { ratio }) }]
}
