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
