import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ageEdges, buckets, count, latencyEdges, total } from './buckets.ts'
import { highestUs, latency, recordLatency } from './latency.ts'

test('the edges where failures live are there, and edges rise', () => {
  expect(latencyEdges).toEqual(expect.arrayContaining([1, 3, 5]))
  expect(ageEdges).toEqual(expect.arrayContaining([30, 60, 120, 240, 350, 600, 900, 1200, 1800, 3600, 7200, 86_400]))
  for (const edges of [latencyEdges, ageEdges]) expect([...edges]).toEqual([...edges].sort((a, b) => a - b))
})

test('every value falls in the bucket a linear search would choose; an edge belongs to the bucket it closes', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 40, noNaN: true })), values => {
      const fast = buckets(latencyEdges)
      for (const value of values) count(fast, value)
      const slow = [...latencyEdges, Infinity].map(
        (edge, i) => values.filter(value => value <= edge && value > (latencyEdges[i - 1] ?? -1)).length,
      )
      expect(fast.counts).toEqual(slow)
      expect(total(fast)).toBe(values.length)
    }),
  )
  const five = buckets(latencyEdges)
  count(five, 5)
  expect(five.counts[latencyEdges.indexOf(5)]).toBe(1)
})

test('percentiles stay within two digits', () => {
  const seen = latency()
  for (let us = 1; us <= 10_000; us++) recordLatency(seen, us)
  expect(seen.all.getValueAtPercentile(50) / 5000).toBeCloseTo(1, 1)
  expect(seen.all.getValueAtPercentile(99) / 9900).toBeCloseTo(1, 1)
})

test('a latency beyond a minute is clamped and counted, zero is kept, nonsense is refused', () => {
  const seen = latency()
  recordLatency(seen, 120e6)
  recordLatency(seen, 0)
  expect([seen.clamped, seen.all.totalCount, total(seen.classic)]).toEqual([1, 2, 2])
  expect(seen.all.maxValue).toBeLessThanOrEqual(highestUs * 1.02)
  for (const nonsense of [Number.NaN, -1]) expect(() => recordLatency(seen, nonsense)).toThrow(RangeError)
  expect(seen.all.totalCount).toBe(2)
})
