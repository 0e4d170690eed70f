import { expect, test } from 'vitest'
import { kolmogorovAtLeast } from './kolmogorov.ts'
import { binomialAtLeast } from './binomial.ts'
import { normalAtLeast } from './normal.ts'
import { gammaDraw, normalDraw, orderDraw, type Random, seeded } from './random.ts'

/** Kolmogorov and Smirnov's p of a thousand draws against P(up to x). */
function fit(draw: (random: Random) => number, upTo: (x: number) => number, seed: number): number {
  const random = seeded(seed)
  const n = 1000
  const drawn = Array.from({ length: n }, () => upTo(draw(random))).sort((a, b) => a - b)
  const distance = Math.max(...drawn.map((p, i) => Math.max(p - i / n, (i + 1) / n - p)))
  return kolmogorovAtLeast(distance, n)
}

/** Of the gamma distribution with a whole shape: P(Poisson(x) ≥ shape), in closed form for 1 and 2. */
test.each<[string, (random: Random) => number, (x: number) => number]>([
  ['uniform', random => random(), x => x],
  ['normal', normalDraw, x => 1 - normalAtLeast(x)],
  ['gamma of shape 1', random => gammaDraw(1, random), x => 1 - Math.exp(-x)],
  ['gamma of shape 2', random => gammaDraw(2, random), x => 1 - Math.exp(-x) * (1 + x)],
  ['the 3rd of 10', random => orderDraw(3, 10, random), x => binomialAtLeast(3, 10, x)],
  ['the 990th of 1000', random => orderDraw(990, 1000, random), x => binomialAtLeast(990, 1000, x)],
])('%s draws are distributed so', (_, draw, upTo) => {
  const ps = [1, 2, 3, 4, 5].map(seed => fit(draw, upTo, seed))
  expect(Math.min(...ps)).toBeGreaterThan(0.002)
  expect(Math.max(...ps)).toBeGreaterThan(0.1)
})

test('the same seed is the same chance, another is another, and neither end is drawn', () => {
  expect(ten(7)).toEqual(ten(7))
  expect(new Set([...ten(0), ...ten(1), ...ten(2 ** 33)]).size).toBe(30)
  const random = seeded(1)
  for (let i = 0; i < 10_000; i++) {
    const drawn = random()
    expect(drawn > 0 && drawn < 1).toBe(true)
  }
})

test('nonsense is refused', () => expect(() => gammaDraw(0.5, seeded(1))).toThrow(RangeError))

const ten = (seed: number) => Array.from({ length: 10 }, seeded(seed))
