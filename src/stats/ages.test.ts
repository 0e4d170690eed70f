import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { evenness, shareAt } from './ages.ts'
import { clopperPearson } from './proportion.ts'

test('the share that died at an age, both ends counted', () => {
  const died = [100, 899, 900, 903, 905, 906]
  expect(shareAt(died, 900, 5)).toEqual({ inside: 3, of: 6, ...clopperPearson(3, 6) })
  expect(shareAt([], 900, 5)).toEqual({ inside: 0, of: 0, low: 0, high: 1 })
})

test('where hardly any of many die it is the plain test against the uniform distribution: R ks.test(x, punif)', () => {
  const died = [0.621, 0.503, 0.203, 0.477, 0.71, 0.581, 0.329, 0.48, 0.554, 0.382]
  const { distance, p } = evenness(
    died,
    Array.from({ length: 1e6 }, () => 1),
  )
  expect(distance).toBeCloseTo(0.29, 4)
  expect(p).toBeCloseTo(0.306734905866, 4)
})

test('otherwise it is the test of the total time on test: R ks.test of its shares', () => {
  const { distance, p } = evenness([3, 8, 21, 34, 55, 89], [10, 20, 40, 60, 90, 100])
  expect(distance).toBeCloseTo(0.161635220126, 11)
  expect(p).toBeCloseTo(0.989379478729, 11)
})

test('deaths at one age are no chance; deaths at a constant rate are called uneven as often as the p-value says', () => {
  expect(
    evenness(
      Array.from({ length: 30 }, (_, i) => 900 + i / 10),
      [100, 1800, 1800, 1800],
    ).p,
  ).toBeLessThan(1e-6)
  const roll = dice(4)
  let called = 0
  for (let round = 0; round < 1000; round++) {
    const silences = Array.from({ length: 40 }, () => ({
      planned: 300 + 1500 * roll(),
      dies: -1200 * Math.log(roll()),
    }))
    const died = silences.filter(({ planned, dies }) => dies < planned).map(({ dies }) => dies)
    const survived = silences.filter(({ planned, dies }) => dies >= planned).map(({ planned }) => planned)
    if (evenness(died, survived).p <= 0.05) called += 1
  }
  expect(called / 1000).toBeGreaterThan(0.03)
  expect(called / 1000).toBeLessThan(0.07)
})

test('the unit of age does not matter, nor the order', () => {
  const ages = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 80 })
  fc.assert(
    fc.property(ages, ages, (died, survived) => {
      const { distance, p } = evenness(died, survived)
      const other = evenness(
        died.toReversed().map(age => age * 4),
        survived.toReversed().map(age => age * 4),
      )
      expect(other).toEqual({ distance, p })
      expect(distance).toBeLessThanOrEqual(1)
      expect(p).toBeGreaterThanOrEqual(0)
      expect(p).toBeLessThanOrEqual(1)
    }),
  )
})

test('without deaths nothing is uneven; nonsense is refused', () => {
  expect(evenness([], [5, 6])).toEqual({ distance: 0, p: 1 })
  expect(() => evenness([-1], [])).toThrow(RangeError)
  expect(() => shareAt([Number.NaN], 1, 1)).toThrow(RangeError)
})

/** Park and Miller's generator: the same throws every time. */
function dice(seed: number): () => number {
  let state = seed
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
}
