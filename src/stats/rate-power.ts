import { binomialAsUnlikely, binomialAtLeast } from './distribution/binomial.ts'
import { checkProbability, checkSpans } from './distribution/counted.ts'
import { normalAtLeast, normalQuantile } from './distribution/normal.ts'

/** Two of the same unit: exposures, or events per unit of them. */
export interface Both {
  readonly first: number
  readonly second: number
}

/**
 * How likely `compareRates` finds, at this alpha, that the first's rate is the higher one, if these are the true rates; with
 * so many times the exposures, 1 for what there is.
 */
export type Power = (rates: Both, times?: number) => number

/** Up to so many events are expected it is computed exactly; beyond, by the arcsine of a normal share (right to 0.015). */
const mostExact = 120

export function ratePower(exposures: Both, alpha: number): Power {
  checkSpans([exposures.first, exposures.second])
  checkProbability(alpha)
  const fair = exposures.first / (exposures.first + exposures.second)
  const critical: number[] = []

  /** The fewest events of the first, of so many in all, that are called too many. */
  function criticalOf(all: number): number {
    while (critical.length <= all) {
      const n = critical.length
      let k = Math.max(Math.floor(n * fair) + 1, (critical[n - 1] ?? 0) - 2)
      while (k <= n && binomialAsUnlikely(k, n, fair) > alpha) k += 1
      critical.push(k)
    }
    return critical[all] ?? all + 1
  }

  function exact(mean: number, share: number): number {
    let chance = Math.exp(-mean)
    let power = 0
    for (let n = 1; n <= mean + 8 * Math.sqrt(mean) + 20; n++) {
      chance *= mean / n
      const enough = criticalOf(n)
      if (enough <= n) power += chance * binomialAtLeast(enough, n, share)
    }
    return Math.min(1, power)
  }

  function rough(mean: number, share: number): number {
    const nearest = Math.min(1, fair + 0.5 / mean) // events are whole: what is called too many is half of one further out
    const apart = 2 * Math.sqrt(mean) * (Math.asin(Math.sqrt(share)) - Math.asin(Math.sqrt(nearest)))
    return normalAtLeast(normalQuantile(alpha / 2) - apart)
  }

  return (rates, times = 1) => {
    const [first, second] = [rates.first * exposures.first * times, rates.second * exposures.second * times]
    checkSpans([first, second])
    if (first === 0 || exposures.second === 0) return 0
    const mean = first + second
    return mean <= mostExact ? exact(mean, first / mean) : rough(mean, first / mean)
  }
}

/** The lowest rate of the first that is found with so much power, where the second's is this. Infinity where none is. */
export const detectableRate = (power: Power, second: number, wanted: number, scale: number): number =>
  second + leastOf(more => power({ first: second + more, second }) >= wanted, scale)

/** How many times the exposures it takes to find these rates with so much power; Infinity where the first's is not the higher one. */
export const timesNeeded = (power: Power, rates: Both, wanted: number): number =>
  rates.first > rates.second ? leastOf(times => power(rates, times) >= wanted, 1) : Infinity

/** The least value for which it holds, within half a percent, looked for around `near`; it holds for all above, or nearly so. */
function leastOf(holds: (value: number) => boolean, near: number): number {
  let high = near
  for (let i = 0; !holds(high); i++) {
    if (i >= 40) return Infinity
    high *= 2
  }
  let low = high / 2
  for (let i = 0; i < 60 && holds(low); i++) [low, high] = [low / 2, low]
  while (high / low > 1.005) {
    const half = Math.sqrt(low * high)
    if (holds(half)) high = half
    else low = half
  }
  return high
}
