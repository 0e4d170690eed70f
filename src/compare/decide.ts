import type { Counted, RateRatio } from '../stats/poisson.ts'
import { rateInterval } from '../stats/poisson.ts'
import { detectableRate, ratePower, timesNeeded } from '../stats/rate-power.ts'

/** What is asked of a comparison. Rates are per connection-hour. */
export interface Demands {
  /** How often equal pools may be called different. */
  readonly alpha: number
  /** How likely a rate `ratio` times as high has to be found before "no difference" is said. */
  readonly power: number
  readonly ratio: number
  /** A rate of B below this does not matter, whatever A's is. */
  readonly negligible?: number
}

export type Result = 'worse' | 'better' | 'no difference' | 'too little exposure'

export interface Decision {
  readonly result: Result
  /** What decided it. */
  readonly because?: 'faults' | 'never up' | 'negligible'
  /** B's lowest rate that would have been found with the power that was wanted; Infinity without exposure. */
  readonly detectable: number
  /** The same, in A's rates; `undefined` where neither saw a fault. */
  readonly detectableRatio?: number
  /** Times the exposure there is, in both pools, that would be enough; absent where it is, or where no exposure helps. */
  readonly times?: number
  /** The rate is not known, only its limit: it takes no less. */
  readonly atLeast?: true
}

export interface Facts {
  readonly a: Counted
  readonly b: Counted
  /** How many times B's rate is A's. */
  readonly held: RateRatio
  /** Cohorts of B that tried and never came up, where A's like did. */
  readonly neverUp: readonly string[]
}

/**
 * Decides by the faults of held connections, in an exact test that errs no more often than alpha. Failed attempts to connect are
 * no part of it: one connection fails many times in a moment, and a healthy one does not try. But who never came up is worse.
 */
export function decide({ a, b, held, neverUp }: Facts, { alpha, power: wanted, ratio, negligible }: Demands): Decision {
  const power = ratePower({ first: b.exposure, second: a.exposure }, alpha)
  const rate = (a.events + b.events) / (a.exposure + b.exposure)
  const sight = a.exposure > 0 && b.exposure > 0
  const detectable = sight ? detectableRate(power, rate, wanted, rate > 0 ? rate : 1 / b.exposure) : Infinity
  const seen = { detectable, ...(sight && rate > 0 && { detectableRatio: detectable / rate }) }
  const most = b.exposure > 0 ? rateInterval(b, 1 - alpha).high : Infinity
  const isNegligible = negligible !== undefined && most <= negligible
  if (neverUp.length > 0) return { result: 'worse', because: 'never up', ...seen }
  const differs = held.p <= alpha
  const isMore = (held.ratio ?? 1) > 1
  if (differs && !isMore) return { result: 'better', because: 'faults', ...seen }
  if (isNegligible) return { result: 'no difference', because: 'negligible', ...seen }
  if (differs) return { result: 'worse', because: 'faults', ...seen }
  if (detectable / rate <= ratio * 1.005) return { result: 'no difference', ...seen }
  if (!sight) return { result: 'too little exposure', ...seen }
  const guess = rate > 0 ? rate : -Math.log(alpha) / (a.exposure + b.exposure) // none seen: its limit, one-sided
  const times = Math.min(
    timesNeeded(power, { first: ratio * guess, second: guess }, wanted),
    negligible === undefined ? Infinity : most / negligible, // if no more faults come
  )
  return {
    result: 'too little exposure',
    ...seen,
    ...(times < Infinity && { times }),
    ...(rate === 0 && { atLeast: true }),
  }
}
