import { describe, expect, test } from 'vitest'
import { about, atLeast, between, client, exactly, judge, none, oneIn, only, someOf } from './proof.ts'
import { sightOf } from './seen/sight.ts'

const nothing = sightOf({ observations: [], moments: [], looks: [] })

describe('about', () => {
  test.each([
    [40, 0.5, '5 to 35'],
    [2, 0.5, '0 to 2'],
    [10, 0, '0 to 0'],
    [10, 1, '10 to 10'],
  ])('%i at %f', (n, probability, says) => expect(about(n, probability).says).toBe(says))

  test.each([
    [30, 0.5],
    [90, 1 / 3],
    [200, 0.9],
  ])('of %i at %f leaves out less than one in a million, and no more room than that', (n, probability) => {
    const inside = about(n, probability)
    const chances = Array.from({ length: n + 1 }, (_, k) => chance(n, k, probability))
    const outside = chances.reduce((sum, each, k) => (inside.holds(k) ? sum : sum + each), 0)
    expect(outside).toBeLessThanOrEqual(1e-6)
    const least = chances.findIndex((_, k) => inside.holds(k))
    expect(outside + (chances[least] ?? 0)).toBeGreaterThan(5e-7)
  })
})

const yes = (hits: number, misses: number) => [
  ...Array<boolean>(hits).fill(true),
  ...Array<boolean>(misses).fill(false),
]

/** The binomial distribution, by multiplying. */
function chance(n: number, k: number, p: number): number {
  let product = 1
  for (let i = 0; i < n; i++) product *= i < k ? (p * (n - i)) / (k - i) : 1 - p
  return product
}

describe('a proof', () => {
  test.each([
    ['a list counts by its length', [1, 2, 3], exactly(3), true],
    ['an empty list is none', [], none, true],
    ['one too few', [1], atLeast(2), false],
    ['inside the bounds', 5, between(5, 6), true],
    ['no number at all', undefined, between(0, 1), false],
    ['not a number', Number.NaN, between(0, 1), false],
    ['only these, however often', ['b', 'a', 'b'], only('a', 'b'), true],
    ['not only these', ['a', 'c'], only('a'), false],
    ['only these, and there are none', [], only('a'), false],
    ['some of these', ['b', 'b'], someOf('a', 'b'), true],
    ['some of these and another', ['b', 'c'], someOf('a', 'b'), false],
    ['some of these, and there are none', [], someOf('a', 'b'), false],
    ['one in three, of sixty', yes(20, 40), oneIn(3), true],
    ['not one of sixty', yes(0, 60), oneIn(3), false],
    ['sixty of sixty', yes(60, 0), oneIn(3), false],
    ['one in three, of too few to tell', yes(0, 5), oneIn(3), true],
    ['one in three of nobody', [], oneIn(3), false],
    ['one in three of what is no list', 20, oneIn(3), false],
  ])('%s', (_, value, expected, holds) =>
    expect(
      judge(
        client('it', () => value, expected),
        nothing,
      ).holds,
    ).toBe(holds),
  )

  test('whose value cannot be had does not hold, and says why', () => {
    const judged = judge(
      client('it', ({ rose }) => rose('nodea', 'conntrack drop'), exactly(0)),
      nothing,
    )
    expect(judged).toMatchObject({ holds: false, found: 'no counter "conntrack drop" was read' })
  })
})
