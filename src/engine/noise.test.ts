import { expect, test } from 'vitest'
import { storyClock } from '../../test/story-clock.ts'
import type { Disturbed } from '../outcome/disturbed.ts'

import { noise } from './noise.ts'

function quiet() {
  const clock = storyClock()
  const told: Disturbed[] = []
  let step = 0
  const now = () => clock.now() + step
  const heard = noise({ ...clock, now }, each => told.push(each))
  const disturbedSince = (steady: number) => heard.disturbedSince(steady, { at: now(), steady: clock.steady() })
  return { clock, told, heard, disturbedSince, stepWallClock: (ms: number) => (step += ms) }
}

test('ticks on time disturb nobody', () => {
  const { clock, told, heard, disturbedSince } = quiet()
  for (let i = 0; i < 100; i++) {
    clock.pass(50)
    heard.tick(3)
  }
  expect([told, disturbedSince(0), heard.counts()]).toEqual([[], false, { stalls: 0, clockJumps: 0 }])
})

test('a late tick makes suspect what began before it, and not what begins after', () => {
  const { clock, told, heard, disturbedSince } = quiet()
  const began = clock.steady()
  clock.pass(700)
  heard.tick(650)
  expect(told).toEqual([{ type: 'disturbed', what: 'loop-stall', ms: 650 }])
  clock.pass(10)
  expect([disturbedSince(began), disturbedSince(clock.steady())]).toEqual([true, false])
})

test('a stall that no tick has told of yet makes suspect what is told meanwhile', () => {
  const { clock, heard, disturbedSince } = quiet()
  heard.tick(0)
  clock.pass(40)
  expect(disturbedSince(clock.steady())).toBe(false)
  clock.pass(400)
  expect(disturbedSince(clock.steady())).toBe(true)
})

test('so does a jump of the wall clock', () => {
  const { clock, heard, disturbedSince, stepWallClock } = quiet()
  heard.tick(0)
  stepWallClock(-5000)
  expect(disturbedSince(clock.steady())).toBe(true)
  heard.tick(0)
  clock.pass(10)
  expect(disturbedSince(clock.steady())).toBe(false)
})

test('a stall is shown for a minute or two, not for good', () => {
  const { clock, heard } = quiet()
  for (const late of [2, 200, 3]) heard.tick(late)
  expect(heard.loopDelay().max).toBeGreaterThan(100)
  clock.pass(61_000)
  heard.tick(0)
  expect(heard.loopDelay().max).toBeGreaterThan(100)
  clock.pass(61_000)
  heard.tick(0)
  expect(heard.loopDelay().max).toBeLessThan(100)
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
})
