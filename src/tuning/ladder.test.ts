import { expect, test } from 'vitest'
import { ladder } from './ladder.ts'

const steps = { ratio: 1.05, each: 8, most: 4000 }

test('each silence is at most so many times the one before, from the shortest to the longest', () => {
  const { silencesMs } = ladder({ fromMs: 1000, toMs: 7_500_000 }, steps)
  expect(silencesMs[0]).toBe(1000)
  expect(silencesMs.at(-1)).toBe(7_500_000)
  for (const [index, ms] of silencesMs.entries())
    if (index > 0) expect(ms / (silencesMs[index - 1] ?? 1)).toBeLessThan(1.052) // whole milliseconds
})

test('well-known defaults have a silence just below and just above', () => {
  const { silencesMs } = ladder({ fromMs: 10_000, toMs: 1_000_000 }, { ...steps, ratio: 1.3 })
  for (const seconds of [30, 60, 350, 900]) {
    const below = silencesMs.findLast(ms => ms < seconds * 1000) ?? 0
    const above = silencesMs.find(ms => ms > seconds * 1000) ?? 0
    expect(above / below).toBeLessThan(1.013)
  }
})

test('where it takes too many connections the steps get wider, and it says so', () => {
  const { silencesMs, ratio, each } = ladder({ fromMs: 1000, toMs: 86_400_000 }, { ratio: 1.01, each: 8, most: 400 })
  expect(silencesMs.length * each).toBeLessThanOrEqual(400)
  expect(ratio).toBeGreaterThan(1.01)
})

test('a span within one step is its two ends', () => {
  expect(ladder({ fromMs: 20_000, toMs: 20_500 }, { ...steps, ratio: 1.1 }).silencesMs).toEqual([20_000, 20_500])
})
