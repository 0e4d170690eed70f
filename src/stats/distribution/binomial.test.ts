import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { binomialAsUnlikely, binomialAtLeast, binomialAtMost, binomialExactly } from './binomial.ts'

const same = (value: number, published: number) => expect(value / published).toBeCloseTo(1, 11)

test('tails as R 4.2 has them, far out and with many tries', () => {
  same(binomialAtMost(11, 16, 0.75), 0.369813824770972) // pbinom(11, 16, 0.75)
  same(binomialAtLeast(50_501, 100_000, 0.5), 0.000774179815422617) // pbinom(50500, 100000, 0.5, lower = FALSE)
  same(binomialAtMost(48_000, 100_000, 0.5), 5.76546933336153e-37)
  same(binomialAtLeast(11, 100_000, 1e-5), 1.00432052254978e-8)
  same(binomialAtLeast(26_001, 100_000, 0.25), 1.72696407715306e-13)
  same(binomialAtMost(93_000, 100_000, 15 / 16), 3.31193591061262e-22)
  same(binomialExactly(6250, 100_000, 1 / 16), 0.00521169034775442) // dbinom
})

test('both tails as R binom.test has them; the first is its own example, Conover (1971)', () => {
  same(binomialAsUnlikely(682, 925, 3 / 4), 0.382491559574852)
  same(binomialAsUnlikely(3, 14, 0.5), 0.057373046875)
  same(binomialAsUnlikely(51, 235, 1 / 6), 0.0437479701823997)
  same(binomialAsUnlikely(25_500, 100_000, 0.25), 0.000268205302889565)
  same(binomialAsUnlikely(0, 10, 0.3), 0.0388396033)
})

const tries = fc
  .tuple(
    fc.integer({ min: 0, max: 100_000 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  )
  .map(([n, share, p]) => ({ n, k: Math.floor(share * n), p }))

test('the two tails make a whole, and yes and no are exchangeable', () => {
  fc.assert(
    fc.property(tries, ({ n, k, p }) => {
      if (k < n) expect(binomialAtMost(k, n, p) + binomialAtLeast(k + 1, n, p)).toBeCloseTo(1, 12)
      // 1 − (1 − p) is not p: only a share that survives the subtraction can be compared.
      const q = 1 - p
      expect(binomialAtMost(k, n, q)).toBeCloseTo(binomialAtLeast(n - k, n, 1 - q), 12)
    }),
  )
})

test('short ones are what counting every outcome gives', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 8 }), (n, eighths) => {
      const p = eighths / 8
      const chances = Array.from({ length: n + 1 }, () => 0)
      for (let outcome = 0; outcome < 2 ** n; outcome++) {
        const yes = outcome.toString(2).replaceAll('0', '').length
        chances[yes] = (chances[yes] ?? 0) + p ** yes * (1 - p) ** (n - yes)
      }
      const total = (counted: (chance: number, i: number) => boolean) =>
        chances.filter(counted).reduce((sum, chance) => sum + chance, 0)
      for (const [k, chance] of chances.entries()) {
        expect(binomialExactly(k, n, p)).toBeCloseTo(chance, 13)
        expect(binomialAtMost(k, n, p)).toBeCloseTo(
          total((_, i) => i <= k),
          13,
        )
        expect(binomialAsUnlikely(k, n, p)).toBeCloseTo(
          total(each => each <= chance * (1 + 1e-7)),
          13,
        )
      }
    }),
  )
})

test('nonsense is refused', () => {
  for (const [k, n, p] of [
    [3, 2, 0.5],
    [-1, 2, 0.5],
    [1.5, 2, 0.5],
    [1, Number.NaN, 0.5],
    [1, 2, 1.1],
    [1, 2, Number.NaN],
  ] as const)
    for (const tail of [binomialAtLeast, binomialAtMost, binomialAsUnlikely, binomialExactly])
      expect(() => tail(k, n, p)).toThrow(RangeError)
})
