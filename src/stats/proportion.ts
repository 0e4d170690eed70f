import { binomialAsUnlikely, binomialAtLeast, binomialAtMost } from './distribution/binomial.ts'
import { checkConfidence, checkCounted, checkProbability, type Interval } from './distribution/counted.ts'
import { crossing } from './distribution/crossing.ts'
import { normalQuantile } from './distribution/normal.ts'

/** Wilson's interval for the share behind k of n: narrow and right on average, so the one to show people. */
export function wilson(k: number, n: number, confidence = 0.95): Interval {
  checkCounted(k, n)
  checkConfidence(confidence)
  if (n === 0) return { low: 0, high: 1 }
  const z = normalQuantile((1 - confidence) / 2)
  const share = k / n
  const middle = (share + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const half = (z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n)
  return { low: k === 0 ? 0 : middle - half, high: k === n ? 1 : middle + half }
}

/** Clopper and Pearson's interval: never misses more often than it says, so the one to rule something out by. */
export function clopperPearson(k: number, n: number, confidence = 0.95): Interval {
  checkCounted(k, n)
  checkConfidence(confidence)
  const miss = (1 - confidence) / 2
  return {
    low: k === 0 ? 0 : crossing(p => binomialAtLeast(k, n, p), miss, 0, k / n),
    high: k === n ? 1 : crossing(p => -binomialAtMost(k, n, p), -miss, k / n, 1),
  }
}

/** Whether k of n is no surprise where each happens with probability `p`: exact, two-sided. Nothing of nothing fits anything. */
export const fits = (k: number, n: number, p: number, alpha: number): boolean => {
  checkProbability(alpha)
  return binomialAsUnlikely(k, n, p) > alpha
}
