import type { Interval } from '../stats/distribution/counted.ts'
import type { Counted, RateRatio } from '../stats/poisson.ts'
import type { Step } from '../stats/survival.ts'
import type { Attempts, Comparison, LatencyRow, Rates, Row } from './compare.ts'
import type { Gathered } from './gather.ts'
import { sentenceOf } from './sentence.ts'

/** A comparison for programs: units in the names, times in epoch ms, `null` for what has no bound. */
export function comparisonJson(comparison: Comparison, notes: readonly string[], exitCode: number) {
  const { a, b, demands, decision, total, rows, asBursts, connects, latencies, survival } = comparison
  return {
    format: 1,
    result: decision.result.replaceAll(' ', '-'),
    exitCode,
    sentence: sentenceOf(comparison),
    because: decision.because?.replaceAll(' ', '-') ?? null,
    alpha: demands.alpha,
    power: demands.power,
    ratioToFind: demands.ratio,
    negligiblePer1000ConnectionHours: bounded(demands.negligible && demands.negligible * 1000),
    detectablePer1000ConnectionHours: bounded(decision.detectable * 1000),
    detectableRatio: bounded(decision.detectableRatio),
    needed: neededJson(comparison),
    a: poolJson(a),
    b: poolJson(b),
    total: rowJson(total),
    cohorts: rows.map(rowJson),
    ifEachBurstIsOneFault: ratioJson(asBursts),
    connects: { a: attemptsJson(connects.a), b: attemptsJson(connects.b), neverUp: connects.neverUp },
    exchangeLatency: latencies.map(latencyJson),
    survival: {
      a: survival.a.map(stepJson),
      b: survival.b.map(stepJson),
      logRank: {
        chiSquare: survival.test.chiSquare,
        p: survival.test.p,
        expectedDeathsA: survival.test.expected[0],
        expectedDeathsB: survival.test.expected[1],
      },
    },
    notes,
  }
}

const bounded = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : value

function neededJson({ a, b, decision, total }: Comparison) {
  const { times, atLeast } = decision
  if (times === undefined) return null
  const more = (hours: number) => hours * (times - 1)
  return {
    moreConnectionHoursA: more(total.a.faults.exposure),
    moreConnectionHoursB: more(total.b.faults.exposure),
    atThisPaceS: (Math.max(a.toMs - a.fromMs, b.toMs - b.fromMs) / 1000) * (times - 1),
    atLeast: atLeast === true,
  }
}

const poolJson = ({ pool, side, fromMs, toMs, linesFromMs, series, watched }: Gathered) => ({
  pool: pool.text,
  dir: pool.dir,
  side,
  fromMs,
  toMs,
  linesFromMs,
  cohorts: series.map(
    ({ kind, cohort, path, called, exposureMs, opened, resets, otherFaults, unconnected, fateless }) => ({
      kind,
      cohort,
      path,
      comparedAs: called,
      exposureConnectionHours: exposureMs / 3_600_000,
      opened,
      resets,
      otherFaults,
      failedConnects: unconnected,
      fateless,
    }),
  ),
  bursts: watched.bursts[side].count,
  largestBurst: watched.bursts[side].largest ?? null,
  suspectFaults: watched.suspectFaults[side],
  verdicts: watched.verdicts,
})

const rowJson = ({ called, kind, path, a, b, ratio, resetRatio }: Row) => ({
  comparedAs: called,
  kind,
  path,
  a: ratesJson(a),
  b: ratesJson(b),
  faultRateRatio: ratioJson(ratio),
  resetRateRatio: ratioJson(resetRatio),
})

const ratesJson = ({ cohorts, faults, resets }: Rates) => ({
  cohorts,
  exposureConnectionHours: faults.exposure,
  faults: faults.events,
  resets: resets.events,
  faultsPer1000ConnectionHours: rateJson(faults),
  resetsPer1000ConnectionHours: rateJson(resets),
})

const rateJson = ({ events, exposure, low, high }: Counted & Interval) => ({
  rate: bounded((events / exposure) * 1000),
  low: low * 1000,
  high: bounded(high * 1000),
})

const ratioJson = ({ ratio, low, high, p }: RateRatio) => ({ ratio: bounded(ratio), low, high: bounded(high), p })

const attemptsJson = ({ failed, of }: Attempts) => ({ failed, attempts: of })

const latencyJson = ({ percent, a, b, ratio }: LatencyRow) => ({
  percentile: percent,
  aUs: { value: bounded(a.value), low: bounded(a.low), high: bounded(a.high) },
  bUs: { value: bounded(b.value), low: bounded(b.low), high: bounded(b.high) },
  ratio: ratio ? { ratio: ratio.value, low: ratio.low, high: ratio.high } : null,
})

const stepJson = ({ age, atRisk, deaths, survival, low, high }: Step) => ({
  ageS: age / 1000,
  atRisk,
  deaths,
  survival,
  low,
  high,
})
