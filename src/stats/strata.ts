import { binomialExactly } from './distribution/binomial.ts'
import { checkConfidence } from './distribution/counted.ts'
import { crossing } from './distribution/crossing.ts'
import { normalAtLeast } from './distribution/normal.ts'
import { compareRates, type Counted, type RateRatio } from './poisson.ts'

/** Two rates of one kind of thing, such as one cohort in two weeks. */
export interface RateStratum {
  readonly first: Counted
  readonly second: Counted
}

/** Up to so many events in all the test is exact; beyond, the binomials are as good as normal. */
const mostExact = 1000

/**
 * `compareRates` within strata: how many times as high the first's rate is in each, where the rates of the strata themselves
 * may differ as they like. What is mixed in other proportions makes no difference then. Given the events of each stratum, those
 * of the first are a sum of binomials (N. E. Breslow, N. E. Day, Statistical Methods in Cancer Research II, 1987, section 3.6).
 * A stratum that one side has no exposure in says nothing.
 */
export function compareStrata(strata: readonly RateStratum[], confidence = 0.95): RateRatio {
  checkConfidence(confidence)
  const telling = strata.filter(({ first, second }) => first.exposure > 0 && second.exposure > 0)
  const eventful = telling.filter(each => eventsOf(each) > 0)
  const [only, another] = eventful
  if (!only) return compareRates(sumOf(telling, 'first'), sumOf(telling, 'second'), confidence)
  if (!another) return compareRates(only.first, only.second, confidence)
  const events = eventful.reduce((sum, { first }) => sum + first.events, 0)
  const all = eventful.reduce((sum, each) => sum + eventsOf(each), 0)
  const sum = all <= mostExact ? exactly(eventful) : roughly(eventful)
  const miss = (1 - confidence) / 2
  const likeliest = () => (events === all ? Infinity : ratioWhere(ratio => meanOf(eventful, ratio), events))
  return {
    ratio: events === 0 ? 0 : likeliest(),
    low: events === 0 ? 0 : ratioWhere(ratio => sum.atLeast(events, ratio), miss),
    high: events === all ? Infinity : ratioWhere(ratio => -sum.atMost(events, ratio), -miss),
    p: sum.asUnlikely(events),
  }
}

/** Rates differ by less than e to this. */
const widest = 60

const ratioWhere = (rising: (ratio: number) => number, level: number): number =>
  Math.exp(crossing(log => rising(Math.exp(log)), level, -widest, widest))

/** The first's events, if its rates are `ratio` times the second's. */
interface Sum {
  atLeast(events: number, ratio: number): number
  atMost(events: number, ratio: number): number
  /** P(anything no likelier) where the rates are equal. */
  asUnlikely(events: number): number
}

function exactly(strata: readonly RateStratum[]): Sum {
  const chances = (ratio: number) =>
    strata.reduce<readonly number[]>(
      (sofar, each) => convolved(sofar, binomial(eventsOf(each), shareOf(each, ratio))),
      [1],
    )
  return {
    atLeast: (events, ratio) => total(chances(ratio).slice(events)),
    atMost: (events, ratio) => total(chances(ratio).slice(0, events + 1)),
    asUnlikely(events) {
      const each = chances(1)
      const limit = (each[events] ?? 0) * (1 + 1e-7) // as R's tests have it: equal ones, rounded as they may be
      return total(each.filter(chance => chance <= limit))
    },
  }
}

const total = (chances: readonly number[]): number =>
  Math.min(
    1,
    chances.reduce((sum, each) => sum + each, 0),
  )

function roughly(strata: readonly RateStratum[]): Sum {
  const z = (events: number, ratio: number) => {
    const variance = strata.reduce((sum, each) => {
      const share = shareOf(each, ratio)
      return sum + eventsOf(each) * share * (1 - share)
    }, 0)
    return (events - meanOf(strata, ratio)) / Math.sqrt(Math.max(variance, Number.MIN_VALUE))
  }
  return {
    atLeast: (events, ratio) => normalAtLeast(clipped(z(events - 0.5, ratio))),
    atMost: (events, ratio) => normalAtLeast(clipped(-z(events + 0.5, ratio))),
    asUnlikely(events) {
      const nearer = events > meanOf(strata, 1) ? events - 0.5 : events + 0.5
      return Math.min(1, 2 * normalAtLeast(Math.abs(clipped(z(nearer, 1)))))
    },
  }
}

/** Further out every probability is 0 or 1. */
const clipped = (z: number): number => Math.max(-40, Math.min(40, z))

const eventsOf = ({ first, second }: RateStratum): number => first.events + second.events

/** Of a stratum's events, the first's, if its rate is `ratio` times the second's. */
const shareOf = ({ first, second }: RateStratum, ratio: number): number =>
  1 / (1 + second.exposure / (first.exposure * ratio))

const meanOf = (strata: readonly RateStratum[], ratio: number): number =>
  strata.reduce((sum, each) => sum + eventsOf(each) * shareOf(each, ratio), 0)

const binomial = (n: number, p: number): number[] => Array.from({ length: n + 1 }, (_, k) => binomialExactly(k, n, p))

function convolved(a: readonly number[], b: readonly number[]): number[] {
  const sums = Array.from({ length: a.length + b.length - 1 }, () => 0)
  for (const [i, one] of a.entries())
    for (const [j, other] of b.entries()) sums[i + j] = (sums[i + j] ?? 0) + one * other
  return sums
}

const sumOf = (strata: readonly RateStratum[], side: 'first' | 'second'): Counted => ({
  events: strata.reduce((sum, each) => sum + each[side].events, 0),
  exposure: strata.reduce((sum, each) => sum + each[side].exposure, 0),
})
