import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bootstrapQuantile, bootstrapQuantileRatio, quantile, type Seen, usualDraws } from './bootstrap.ts'
import { binomialAtLeast } from './distribution/binomial.ts'
import { normalDraw, seeded } from './distribution/random.ts'

const each = (values: readonly number[]): Seen[] => values.map(value => ({ value, count: 1 }))
const upTo = (n: number): Seen[] => each(Array.from({ length: n }, (_, i) => i + 1))

test('a quantile is the value at its nearest rank', () => {
  expect(quantile(each([3, 1, 2]), 0.5)).toBe(2)
  expect(quantile(upTo(100), 0.99)).toBe(99)
  expect(
    quantile(
      [
        { value: 7, count: 99 },
        { value: 9, count: 1 },
      ],
      0.99,
    ),
  ).toBe(7)
  expect(
    quantile(
      [
        { value: 7, count: 98 },
        { value: 9, count: 2 },
      ],
      0.99,
    ),
  ).toBe(9)
  expect(quantile([], 0.5)).toBeUndefined()
  expect(quantile([{ value: 7, count: 0 }], 0.5)).toBeUndefined()
})

/**
 * The median of a resample of 1..n is at most x in P(Bin(n, x/n) ≥ rank): B. Efron, "Bootstrap methods: another look at the
 * jackknife", Annals of Statistics 7 (1979), section 3.
 */
test('the interval ends where Efron’s formula (1979) has them', () => {
  for (const [n, share] of [
    [15, 0.5],
    [101, 0.5],
    [1000, 0.9],
    [2000, 0.99],
  ] as const) {
    const found = bootstrapQuantile(upTo(n), share, { ...usualDraws, rounds: 40_000 })
    const rank = Math.ceil(share * n)
    const below = (x: number) => binomialAtLeast(rank, n, x / n)
    expect(below(found?.low ?? 0)).toBeGreaterThan(0.02)
    expect(below((found?.low ?? 0) - 1)).toBeLessThan(0.03)
    expect(below(found?.high ?? 0)).toBeGreaterThan(0.97)
    expect(below((found?.high ?? 0) - 1)).toBeLessThan(0.98)
  }
})

test('it is what drawing every resample gives', () => {
  const random = seeded(3)
  const values = Array.from({ length: 200 }, () => Math.round(1000 * Math.exp(normalDraw(random))))
  const medians = Array.from({ length: 4000 }, () => {
    const resample = values.map(() => values[Math.floor(random() * values.length)] ?? 0)
    return resample.sort((a, b) => a - b)[99] ?? 0
  }).sort((a, b) => a - b)
  const found = bootstrapQuantile(each(values), 0.5)
  expect((found?.low ?? 0) / (medians[100] ?? 0)).toBeCloseTo(1, 1)
  expect((found?.high ?? 0) / (medians[3899] ?? 0)).toBeCloseTo(1, 1)
})

test('the interval covers the truth about as often as it says, for medians and far out', () => {
  const random = seeded(12)
  const rounds = 600
  const covered = { median: 0, p99: 0, ratio: 0 }
  for (let round = 0; round < rounds; round++) {
    const draws = { seed: round, rounds: 400, confidence: 0.95 }
    const drawn = (n: number, scale: number) => each(Array.from({ length: n }, () => -scale * Math.log(random())))
    const [one, other] = [drawn(600, 3), drawn(200, 1)]
    covered.median += inside(bootstrapQuantile(one, 0.5, draws), 3 * Math.LN2)
    covered.p99 += inside(bootstrapQuantile(one, 0.99, draws), 3 * Math.log(100))
    covered.ratio += inside(bootstrapQuantileRatio(one, other, 0.5, draws), 3)
  }
  for (const share of [covered.median, covered.ratio].map(count => count / rounds)) {
    expect(share).toBeGreaterThan(0.93)
    expect(share).toBeLessThan(0.98)
  }
  expect(covered.p99 / rounds).toBeGreaterThan(0.88) // six values beyond it: a bootstrap is a little narrow there
})

test('the same seed is the same interval, millions take no longer, and the unit does not matter', () => {
  const many = upTo(2000).map(({ value }) => ({ value, count: 5000 }))
  const began = performance.now()
  const found = bootstrapQuantile(many, 0.99)
  expect(performance.now() - began).toBeLessThan(1000)
  expect(bootstrapQuantile(many, 0.99)).toEqual(found)
  const narrow = (seed: number) => bootstrapQuantile(upTo(2000), 0.5, { ...usualDraws, seed, rounds: 50 })
  expect(narrow(2)).not.toEqual(narrow(3))
  fc.assert(
    fc.property(fc.integer({ min: 12, max: 400 }), n => {
      const here = bootstrapQuantile(upTo(n), 0.5, { ...usualDraws, rounds: 50 })
      const doubled = upTo(n).map(({ value, count }) => ({ value: 2 * value, count }))
      const there = bootstrapQuantile(doubled, 0.5, { ...usualDraws, rounds: 50 })
      expect(there?.low).toBe(2 * (here?.low ?? 0))
      expect(here?.low).toBeLessThanOrEqual(here?.value ?? 0)
      expect(here?.high).toBeGreaterThanOrEqual(here?.value ?? 0)
    }),
  )
})

test('with too little beyond a quantile there is no interval', () => {
  expect(bootstrapQuantile(upTo(499), 0.99)).toBeUndefined()
  expect(bootstrapQuantile(upTo(500), 0.99)).toBeDefined()
  expect(bootstrapQuantile([], 0.5)).toBeUndefined()
  expect(bootstrapQuantileRatio(upTo(500), upTo(9), 0.5)).toBeUndefined()
  expect(() => quantile(upTo(5), 2)).toThrow(RangeError)
})

const inside = (found: { low: number; high: number } | undefined, truth: number): number =>
  found && found.low <= truth && truth <= found.high ? 1 : 0
