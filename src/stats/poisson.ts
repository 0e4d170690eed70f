import { binomialAsUnlikely } from './distribution/binomial.ts'
import { checkConfidence, checkSpans, type Interval } from './distribution/counted.ts'
import { crossing } from './distribution/crossing.ts'
import { poissonAtLeast, poissonAtMost } from './distribution/poisson.ts'
import { clopperPearson } from './proportion.ts'

/** So many events over an exposure, in any unit; rates are per that unit. */
export interface Counted {
  readonly events: number
  readonly exposure: number
}

/** Garwood's exact interval for the rate of events. Without exposure nothing is known: from 0 to Infinity. */
export function rateInterval({ events, exposure }: Counted, confidence = 0.95): Interval {
  checkSpans([exposure])
  checkConfidence(confidence)
  const miss = (1 - confidence) / 2
  const far = events + 50 + 50 * Math.sqrt(events)
  const low = events === 0 ? 0 : crossing(mean => poissonAtLeast(events, mean), miss, 0, events)
  const high = crossing(mean => -poissonAtMost(events, mean), -miss, events, far)
  return exposure === 0 ? { low: 0, high: Infinity } : { low: low / exposure, high: high / exposure }
}

/** How much higher one rate is than another. */
export interface RateRatio extends Interval {
  /** Infinity where only the second saw no events; without a value where neither saw any, or where one had no exposure. */
  readonly ratio: number | undefined
  /** How likely a difference like this is between equal rates, two-sided. */
  readonly p: number
}

/**
 * Compares two rates exactly: given how many events there were in all, those of the first are binomial, with the first's
 * share of the exposure as probability where the rates are equal (J. Przyborowski, H. Wilenski, 1940; R's `poisson.test`).
 */
export function compareRates(first: Counted, second: Counted, confidence = 0.95): RateRatio {
  checkSpans([first.exposure, second.exposure])
  const all = first.events + second.events
  const share = clopperPearson(first.events, all, confidence)
  if (first.exposure === 0 || second.exposure === 0) return { ratio: undefined, low: 0, high: Infinity, p: 1 }
  const scale = second.exposure / first.exposure
  return {
    ratio: all === 0 ? undefined : (first.events / second.events) * scale,
    low: odds(share.low) * scale,
    high: odds(share.high) * scale,
    p: binomialAsUnlikely(first.events, all, first.exposure / (first.exposure + second.exposure)),
  }
}

const odds = (share: number): number => share / (1 - share)
