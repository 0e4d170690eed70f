import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { binomialAtLeast, binomialAtMost, binomialExactly } from './distribution/binomial.ts'
import { clopperPearson, fits, wilson } from './proportion.ts'

/** R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I; 95 %. */
const newcombe = [
  { k: 81, n: 263, score: [0.2553, 0.3662], exact: [0.2527, 0.3676] },
  { k: 15, n: 148, score: [0.0624, 0.1605], exact: [0.0578, 0.1617] },
  { k: 0, n: 20, score: [0, 0.1611], exact: [0, 0.1684] },
  { k: 1, n: 29, score: [0.0061, 0.1718], exact: [0.0009, 0.1776] },
] as const

const rounded = ({ low, high }: { readonly low: number; readonly high: number }, digits = 4) =>
  [low, high].map(end => Number(end.toFixed(digits)))

test.each(newcombe)('$k of $n as Newcombe (1998) has it', ({ k, n, score, exact }) => {
  expect(rounded(wilson(k, n))).toEqual(score)
  expect(rounded(clopperPearson(k, n))).toEqual(exact)
})

test('the exact interval: NIST handbook 7.2.4.2 (4 of 20, 90 %) and R binom.test (682 of 925)', () => {
  expect(rounded(clopperPearson(4, 20, 0.9), 6)).toEqual([0.071354, 0.401028])
  expect(rounded(clopperPearson(682, 925), 7)).toEqual([0.7076683, 0.7654066])
})

const counted = fc
  .nat(2000)
  .chain(n =>
    fc.record({ n: fc.constant(n), k: fc.nat(n), confidence: fc.double({ min: 0.5, max: 0.9999, noNaN: true }) }),
  )

test('every interval holds the share itself, and a surer one holds a less sure one', () => {
  fc.assert(
    fc.property(counted, ({ k, n, confidence }) => {
      for (const interval of [wilson, clopperPearson]) {
        const { low, high } = interval(k, n, confidence)
        const surer = interval(k, n, (1 + confidence) / 2)
        expect(low).toBeGreaterThanOrEqual(0)
        expect(high).toBeLessThanOrEqual(1)
        if (n > 0) expect(low).toBeLessThanOrEqual(k / n + 1e-15)
        if (n > 0) expect(high).toBeGreaterThanOrEqual(k / n - 1e-15)
        expect(surer.low).toBeLessThanOrEqual(low + 1e-12)
        expect(surer.high).toBeGreaterThanOrEqual(high - 1e-12)
      }
    }),
  )
})

test('at the ends of the exact interval the tail beyond is half of what is missing', () => {
  fc.assert(
    fc.property(counted, ({ k, n, confidence }) => {
      const { low, high } = clopperPearson(k, n, confidence)
      if (k > 0) expect((2 * binomialAtLeast(k, n, low)) / (1 - confidence)).toBeCloseTo(1, 8)
      if (k < n) expect((2 * binomialAtMost(k, n, high)) / (1 - confidence)).toBeCloseTo(1, 8)
    }),
  )
})

test('whatever the share, the exact interval misses it at most as often as it says, and `fits` says no so often', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.double({ min: 0, max: 1, noNaN: true }), (n, p) => {
      let [missed, unfit] = [0, 0]
      for (let k = 0; k <= n; k++) {
        const { low, high } = clopperPearson(k, n)
        if (p < low || p > high) missed += binomialExactly(k, n, p)
        if (!fits(k, n, p, 0.05)) unfit += binomialExactly(k, n, p)
      }
      expect(missed).toBeLessThanOrEqual(0.05 + 1e-9)
      expect(unfit).toBeLessThanOrEqual(0.05 + 1e-9)
    }),
  )
})

test('nothing of nothing says nothing', () => {
  for (const interval of [wilson, clopperPearson]) expect(interval(0, 0)).toEqual({ low: 0, high: 1 })
  expect(fits(0, 0, 0.3, 0.05)).toBe(true)
})

test('where a share is impossible, one is enough', () => {
  expect([fits(1, 1000, 0, 0.01), fits(0, 1000, 0, 0.01), fits(999, 1000, 1, 0.01)]).toEqual([false, true, false])
})

test('nonsense is refused', () => {
  for (const confidence of [0, 1, 95, Number.NaN]) expect(() => wilson(1, 2, confidence)).toThrow(RangeError)
  for (const interval of [wilson, clopperPearson]) expect(() => interval(3, 2)).toThrow(RangeError)
  expect(() => fits(1, 2, 0.5, 5)).toThrow(RangeError)
})
