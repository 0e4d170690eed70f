import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { storyClock } from '../../test/story-clock.ts'
import type { Disturbed } from '../outcome/observation.ts'
import { noise } from './noise.ts'

function quiet() {
  const clock = storyClock()
  const told: Disturbed[] = []
  let step = 0
  const heard = noise({ ...clock, now: () => clock.now() + step }, each => told.push(each))
  return { clock, told, heard, stepWallClock: (ms: number) => (step += ms) }
}

test('ticks on time disturb nobody', () => {
  const { clock, told, heard } = quiet()
  for (let i = 0; i < 100; i++) {
    clock.pass(50)
    heard.tick(3)
  }
  expect([told, heard.disturbedSince(0), heard.counts()]).toEqual([[], false, { stalls: 0, clockJumps: 0 }])
  heard.stop()
})

test('a late tick makes suspect what began before it, and not what begins after', () => {
  const { clock, told, heard } = quiet()
  const began = clock.steady()
  clock.pass(700)
  heard.tick(650)
  expect(told).toEqual([{ type: 'disturbed', what: 'loop-stall', ms: 650 }])
  clock.pass(10)
  expect([heard.disturbedSince(began), heard.disturbedSince(clock.steady())]).toEqual([true, false])
  heard.stop()
})

test('a stall that no tick has told of yet makes suspect what is told meanwhile', () => {
  const { clock, heard } = quiet()
  heard.tick(0)
  clock.pass(40)
  expect(heard.disturbedSince(clock.steady())).toBe(false)
  clock.pass(400)
  expect(heard.disturbedSince(clock.steady())).toBe(true)
  heard.stop()
})

test('so does a jump of the wall clock', () => {
  const { clock, heard, stepWallClock } = quiet()
  heard.tick(0)
  stepWallClock(-5000)
  expect(heard.disturbedSince(clock.steady())).toBe(true)
  heard.tick(0)
  clock.pass(10)
  expect(heard.disturbedSince(clock.steady())).toBe(false)
  heard.stop()
})

test('a stall is shown for a minute or two, not for good', async () => {
  const { clock, heard } = quiet()
  await sleep(50) // the monitor needs a turn or two to begin with
  const until = performance.now() + 200
  while (performance.now() < until);
  await sleep(50)
  expect(heard.loopDelay().max).toBeGreaterThan(100)
  clock.pass(61_000)
  heard.tick(0)
  expect(heard.loopDelay().max).toBeGreaterThan(100)
  clock.pass(61_000)
  heard.tick(0)
  expect(heard.loopDelay().max).toBeLessThan(100)
  heard.stop()
})

test.each([3_600_000, -3_600_000])('a wall clock stepped by %s ms is a clock jump, once', ms => {
  const { clock, told, heard, stepWallClock } = quiet()
  clock.pass(50)
  heard.tick(0)
  stepWallClock(ms)
  for (let i = 0; i < 3; i++) {
    clock.pass(50)
    heard.tick(0)
  }
  expect(told).toEqual([{ type: 'disturbed', what: 'clock-jump', ms }])
  heard.stop()
})
