import { deviance, stirlingError } from './stirling.ts'

/*
 * Probabilities of k events where `mean` are expected. Computed as `binomial.ts` does it, and for its reasons.
 */

/** P(k or fewer). */
export function poissonAtMost(k: number, mean: number): number {
  check(k, mean)
  return k < mean ? downwards(k, mean) : 1 - upwards(k + 1, mean)
}

/** P(k or more). */
export function poissonAtLeast(k: number, mean: number): number {
  check(k, mean)
  if (k === 0) return 1
  return k > mean ? upwards(k, mean) : 1 - downwards(k - 1, mean)
}

function check(k: number, mean: number): void {
  if (!(Number.isSafeInteger(k) && k >= 0 && mean >= 0 && mean < Infinity)) {
    throw new RangeError(`${k} events where ${mean} are expected`)
  }
}

function upwards(k: number, mean: number): number {
  let term = mass(k, mean)
  let sum = term
  for (let i = k + 1; term > sum * 1e-17; i++) {
    term *= mean / i
    sum += term
  }
  return Math.min(1, sum)
}

function downwards(k: number, mean: number): number {
  let term = mass(k, mean)
  let sum = term
  for (let i = k; i > 0 && term > sum * 1e-17; i--) {
    term *= i / mean
    sum += term
  }
  return Math.min(1, sum)
}

function mass(k: number, mean: number): number {
  if (k === 0) return Math.exp(-mean)
  if (mean === 0) return 0
  return Math.exp(-stirlingError(k) - deviance(k, mean)) / Math.sqrt(2 * Math.PI * k)
}
