import { setImmediate as immediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { storyClock } from '../../test/story-clock.ts'
import { backoff, startDelay } from './spread.ts'
import { type Timer, unset, wheel } from './wheel.ts'

const timer = (ring: () => void): Timer => ({ ...unset, ring })

/** Lets the story go on in small steps, so that each tick's work is done before the next. */
async function pass(clock: { pass(ms: number): void }, ms: number, step = 50) {
  for (let passed = 0; passed < ms; passed += step) {
    clock.pass(Math.min(step, ms - passed))
    await immediate()
  }
}

test('a timer rings once, at its time and not before', async () => {
  const clock = storyClock()
  const turning = wheel(clock)
  let rings = 0
  turning.set(
    timer(() => rings++),
    5000,
  )
  await pass(clock, 4900)
  expect(rings).toBe(0)
  await pass(clock, 200)
  expect(rings).toBe(1)
  await pass(clock, 120_000)
  expect([rings, turning.size]).toEqual([1, 0])
})

test('silences longer than a turn of the wheel are kept', async () => {
  const clock = storyClock()
  const turning = wheel(clock)
  let rang = 0
  turning.set(
    timer(() => {
      rang = clock.steady()
    }),
    3_600_000,
  )
  await pass(clock, 3_599_900)
  expect(rang).toBe(0)
  await pass(clock, 200)
  expect(rang).toBeGreaterThanOrEqual(3_600_000)
  expect(rang).toBeLessThanOrEqual(3_600_100)
})

test('a cleared timer never rings, a reset one rings at its new time, one cleared by another in the same tick stays silent', async () => {
  const clock = storyClock()
  const turning = wheel(clock)
  const rang: string[] = []
  const cleared = timer(() => rang.push('cleared'))
  const moved = timer(() => rang.push('moved'))
  const victim = timer(() => rang.push('victim'))
  const killer = timer(() => {
    rang.push('killer')
    turning.clear(victim)
  })
  turning.set(cleared, 100)
  turning.set(moved, 100)
  turning.set(killer, 300)
  turning.set(victim, 300)
  turning.clear(cleared)
  turning.set(moved, 1000)
  await pass(clock, 900)
  expect(rang).toEqual(['killer'])
  await pass(clock, 200)
  expect(rang).toEqual(['killer', 'moved'])
})

test('a timer that sets itself again goes on for ever', async () => {
  const clock = storyClock()
  const turning = wheel(clock)
  let rings = 0
  const again = timer(() => {
    rings++
    turning.set(again, 1000)
  })
  turning.set(again, 1000)
  await pass(clock, 60_000)
  expect(rings).toBeGreaterThanOrEqual(54)
  expect(rings).toBeLessThanOrEqual(60)
})

test('after a stall everything due rings once, and the tick says how late it came', async () => {
  const clock = storyClock()
  const late: number[] = []
  let stall = 0
  const turning = wheel({ ...clock, steady: () => clock.steady() + stall }, { onTick: ms => late.push(ms) })
  const rang: number[] = []
  for (const ms of [100, 5000, 70_000, 400_000])
    turning.set(
      timer(() => rang.push(ms)),
      ms,
    )
  stall = 300_000
  await pass(clock, 60)
  expect(rang.sort((a, b) => a - b)).toEqual([100, 5000, 70_000])
  expect(Math.max(...late)).toBeGreaterThan(299_000)
})

test('a timer set while the wheel turns is not lost for a turn', async () => {
  const clock = storyClock()
  const turning = wheel(clock)
  let rang = 0
  turning.set(
    timer(() =>
      turning.set(
        timer(() => rang++),
        0,
      ),
    ),
    200,
  )
  await pass(clock, 400)
  expect(rang).toBe(1)
})

test('starts are spread, not bunched', () => {
  expect([0, 1, 2, 3].map(index => startDelay(index, 4, 1000))).toEqual([0, 250, 500, 750])
  expect(startDelay(0, 1, 1000)).toBe(0)
})

test('backoff doubles, is capped, and is never nothing', () => {
  const pace = { baseMs: 500, capMs: 30_000 }
  expect([0, 1, 2, 20].map(failures => backoff(failures, pace, () => 1))).toEqual([500, 1000, 2000, 30_000])
  expect([0, 1, 2, 20].map(failures => backoff(failures, pace, () => 0))).toEqual([250, 500, 1000, 15_000])
})
