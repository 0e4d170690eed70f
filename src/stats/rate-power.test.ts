import { expect, test } from 'vitest'
import { detectableRate, ratePower, timesNeeded } from './rate-power.ts'

/** R: every pair of counts, dpois of each, those binom.test finds summed up; the mean is cut at 1 − 1e-12. */
test.each([
  [100, 100, 0.12, 0.04, 0.05, 0.434425789509],
  [100, 300, 0.1, 0.03, 0.05, 0.703158712232],
  [50, 50, 0.1, 0.1, 0.05, 0.0109245011963],
  [10, 10, 3, 1, 0.01, 0.699608997092],
])('over %d and %d, at rates %d and %d and alpha %d the power is %d', (one, other, first, second, alpha, power) => {
  expect(ratePower({ first: one, second: other }, alpha)({ first, second })).toBeCloseTo(power, 9)
})

test('where exact ends the approximation goes on', () => {
  for (const [first, second] of [
    [0.08, 0.04],
    [0.07, 0.05],
  ] as const) {
    const power = ratePower({ first: 1000, second: 1000 }, 0.05)
    expect(Math.abs(power({ first, second }, 0.999) - power({ first, second }, 1.001))).toBeLessThan(0.015)
  }
})

test('more exposure finds more, a higher rate is found more often, nothing is found without', () => {
  const power = ratePower({ first: 100, second: 100 }, 0.05)
  const found = [1, 2, 4, 8, 16, 200].map(times => power({ first: 0.1, second: 0.05 }, times))
  expect(found).toEqual(found.toSorted((a, b) => a - b))
  expect(found.at(-1)).toBeGreaterThan(0.999)
  expect(power({ first: 0, second: 1 })).toBe(0)
  expect(ratePower({ first: 100, second: 0 }, 0.05)({ first: 1, second: 1 })).toBe(0)
})

test('what it takes has the power that was wanted, and a little less has not', () => {
  const power = ratePower({ first: 100, second: 250 }, 0.05)
  const times = timesNeeded(power, { first: 0.02, second: 0.01 }, 0.8)
  expect(power({ first: 0.02, second: 0.01 }, times)).toBeGreaterThanOrEqual(0.8)
  expect(power({ first: 0.02, second: 0.01 }, times * 0.98)).toBeLessThan(0.805)
  const rate = detectableRate(power, 0.01, 0.8, 0.01)
  expect(power({ first: rate, second: 0.01 })).toBeGreaterThanOrEqual(0.8)
  expect(power({ first: rate * 0.98, second: 0.01 })).toBeLessThan(0.805)
})

test('none seen in as much exposure: eight expected are found in four of five, R uniroot(ppois(5, m) - 0.2)', () => {
  const power = ratePower({ first: 1, second: 1 }, 0.05)
  expect(detectableRate(power, 0, 0.8, 1)).toBeCloseTo(7.906, 1) // six of six: 2 × 0.5^6 is the first below 0.05
})

test('equal rates are never told apart, whatever the exposure', () => {
  const power = ratePower({ first: 5, second: 5 }, 0.05)
  expect(timesNeeded(power, { first: 1, second: 1 }, 0.8)).toBe(Infinity)
  expect(timesNeeded(power, { first: 1, second: 2 }, 0.8)).toBe(Infinity)
})
