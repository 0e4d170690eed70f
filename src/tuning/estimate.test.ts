import { expect, test } from 'vitest'
import { type Estimate, estimate, type Found } from './estimate.ts'
import { ladder } from './ladder.ts'
import { simulated } from '../../test/simulated/path.ts'
import type { Trial } from './trial.ts'

const survived = (silenceMs: number): Trial => ({ silenceMs, atMs: silenceMs, outcome: 'survived' })
const died = (silenceMs: number): Trial => ({ silenceMs, atMs: silenceMs, outcome: 'died', how: 'reset' })
const cut = (silenceMs: number, atMs = silenceMs): Trial => ({ silenceMs, atMs, outcome: 'cut', how: 'closed' })
const times = <T>(n: number, make: (index: number) => T): T[] => Array.from({ length: n }, (_, index) => make(index))

test('the bounds are the longest silence survived and the shortest that killed', () => {
  const trials = [
    ...times(8, () => survived(880_000)),
    ...times(8, () => survived(840_000)),
    ...times(8, () => died(905_000)),
  ]
  expect(estimate(trials, [])).toMatchObject({
    kind: 'died',
    lowMs: 880_000,
    highMs: 905_000,
    survivedBeyond: 0,
    beyond: 8,
  })
})

test('one that died among many that lived longer is no timeout', () => {
  const trials = [...times(40, index => survived(1000 * (index + 1))), died(20_000)]
  expect(estimate(trials, [])).toEqual({ kind: 'open', lowMs: 40_000 })
})

test('of those beyond the timeout half may live: the other backend’s luck', () => {
  const below = times(30, index => times(8, () => survived(1000 * 1.1 ** index))).flat()
  const beyond = times(3, index => times(8, each => (each % 2 ? died : survived)(20_000 * 1.1 ** index))).flat()
  const found = estimate([...below, ...beyond], []) as Found
  expect(found.kind).toBe('died')
  expect(found.lowMs).toBeLessThan(20_000)
  expect(found.highMs).toBe(20_000)
  expect(found.survivedBeyond).toBeGreaterThan(0)
})

test('where even the shortest silence kills all, there is only an upper bound', () => {
  expect(
    estimate(
      times(8, () => died(1000)),
      [],
    ),
  ).toMatchObject({ kind: 'died', lowMs: 0, highMs: 1000 })
})

test('those cut at one age, while younger ones live, tell the timeout to the moment', () => {
  const trials = times(50, index => cut(75_000 + index))
  const younger = times(2, () => ({ ageMs: 40_000 }))
  expect(estimate(trials, younger)).toMatchObject({ kind: 'cut', lowMs: 74_931, highMs: 75_000, how: [['closed', 50]] })
})

test('who survived bounds the timeout from below, however late the others were cut', () => {
  const trials = [...times(50, index => cut(6000 + index * 10)), ...times(8, () => survived(5800))]
  expect(estimate(trials, [{ ageMs: 400 }])).toMatchObject({ kind: 'cut', lowMs: 5800, highMs: 6000 })
})

test('those cut at one moment tell nothing as long as nobody younger was there to be spared', () => {
  expect(
    estimate(
      times(50, index => cut(75_000 + index)),
      [],
    ),
  ).toMatchObject({ kind: 'open' })
})

test('those of one age that were cut at different moments were cut for their age', () => {
  const trials = [...times(5, index => cut(30_000 + index, 30_000)), ...times(5, index => cut(30_000 + index, 45_000))]
  expect(estimate(trials, [])).toMatchObject({ kind: 'cut', highMs: 30_000 })
})

test('connections that die at random, at any age, have no timeout', () => {
  const trials = [
    ...times(40, index => cut(1000 * 1.13 ** index, 1000 * 1.13 ** index)),
    ...times(60, index => survived(1000 * 1.1 ** index)),
  ]
  expect(
    estimate(
      trials,
      times(20, () => ({ ageMs: 200_000 })),
    ).kind,
  ).toBe('open')
})

/** Of so many simulated paths: how many timeouts were inside the bounds, and how many were not found at all. */
function coverage(paths: number, make: (index: number) => Estimate & { readonly truthMs: number }) {
  const all = times(paths, make)
  const found = all.filter(each => each.kind !== 'open') as (Found & { truthMs: number })[]
  const held = found.filter(({ lowMs, highMs, truthMs }) => truthMs > lowMs && truthMs <= highMs)
  const ratios = found.map(({ lowMs, highMs }) => highMs / Math.max(1, lowMs)).toSorted((a, b) => a - b)
  return {
    found: found.length / paths,
    held: held.length / found.length,
    median: ratios[Math.floor(ratios.length / 2)] ?? 0,
  }
}

const steps = { ratio: 1.05, each: 8, most: 4000 }
const rungs = ladder({ fromMs: 1000, toMs: 120_000 }, steps)

test.each([
  { paths: 2000, backends: 1, noise: 0 },
  { paths: 2000, backends: 2, noise: 0 },
  { paths: 2000, backends: 10, noise: 0 },
  { paths: 300, backends: 2, noise: 0.002 },
  { paths: 300, backends: 5, noise: 0.01 },
])(
  'of $paths simulated paths with $backends backends and a share of $noise that dies at random, the bounds hold the timeout in 95 of 100',
  ({ paths, backends, noise }) => {
    const { found, held, median } = coverage(paths, seed => simulated({ seed, backends, noise, rungs }))
    expect(found).toBeGreaterThan(0.99)
    expect(held).toBeGreaterThan(0.95)
    expect(median).toBeLessThan(1.12)
  },
)

test('of 200 simulated paths without a timeout, hardly one is said to have one', () => {
  const { found } = coverage(200, seed => simulated({ seed, backends: 2, noise: 0.01, rungs, timeout: false }))
  expect(found).toBeLessThan(0.02)
})
