import { checkCounted, checkProbability } from './counted.ts'
import { deviance, stirlingError } from './stirling.ts'

/*
 * Probabilities of k yes among n, each yes with probability p.
 *
 * Own code, because no library is both small and right in the tails (tried against 50-digit sums, n up to 100,000):
 * jstat 1.9.6 is wrong by 1e-7, lib-r-math.js 2.0.3 by 4e-3, cephes 3.3.3 by 2e-10, throws on underflow and loads
 * asynchronously; @stdlib/math-base-special-betainc 0.2.3 is right, and brings 220 packages of 25 MB.
 *
 * One probability is computed as C. Loader, "Fast and accurate computation of binomial probabilities" (2000) has it:
 * Stirling's formula with its error kept apart, so that nothing large is subtracted from anything large. A tail is that
 * times a series of positive terms, summed outwards from k, away from the mean.
 */

/** P(exactly k of n). */
export function binomialExactly(k: number, n: number, p: number): number {
  check(k, n, p)
  return mass(k, n, p, 1 - p)
}

/** P(k or fewer of n). */
export function binomialAtMost(k: number, n: number, p: number): number {
  check(k, n, p)
  if (k === n) return 1
  return k < n * p ? tail(n - k, n, 1 - p, p) : 1 - tail(k + 1, n, p, 1 - p)
}

/** P(k or more of n). */
export function binomialAtLeast(k: number, n: number, p: number): number {
  check(k, n, p)
  if (k === 0) return 1
  return k > n * p ? tail(k, n, p, 1 - p) : 1 - tail(n - k + 1, n, 1 - p, p)
}

/** P(anything no likelier than k of n), both tails: the p-value of R's `binom.test`. */
export function binomialAsUnlikely(k: number, n: number, p: number): number {
  check(k, n, p)
  const mean = n * p
  if (k === mean) return 1
  if (k > mean) return binomialAsUnlikely(n - k, n, 1 - p)
  const limit = mass(k, n, p, 1 - p) * (1 + 1e-7) // equal ones of the other tail count, rounded as they may be
  let low = Math.ceil(mean)
  let high = n + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (mass(middle, n, p, 1 - p) <= limit) high = middle
    else low = middle + 1
  }
  return Math.min(1, binomialAtMost(k, n, p) + (low > n ? 0 : binomialAtLeast(low, n, p)))
}

function check(k: number, n: number, p: number): void {
  checkCounted(k, n)
  checkProbability(p)
}

/** From k to n, for k above the mean: every term is smaller than the one before. */
function tail(k: number, n: number, p: number, q: number): number {
  let term = mass(k, n, p, q)
  let sum = term
  for (let i = k; i < n && term > sum * 1e-17; i++) {
    term *= ((n - i) / (i + 1)) * (p / q)
    sum += term
  }
  return Math.min(1, sum)
}

function mass(k: number, n: number, p: number, q: number): number {
  if (p === 0 || q === 0) return k === (p === 0 ? 0 : n) ? 1 : 0
  if (k === 0) return Math.exp(n * (p < q ? Math.log1p(-p) : Math.log(q)))
  if (k === n) return Math.exp(n * (q < p ? Math.log1p(-q) : Math.log(p)))
  const log = stirlingError(n) - stirlingError(k) - stirlingError(n - k) - deviance(k, n * p) - deviance(n - k, n * q)
  return Math.exp(log) * Math.sqrt(n / (2 * Math.PI * k * (n - k)))
}
