import { expect, test } from 'vitest'
import { storyClock } from '../../test/story-clock.ts'
import { beat } from './beat.ts'

test('strikes at its times, from the first delay on', () => {
  const clock = storyClock()
  const struck: number[] = []
  const stop = beat(clock, { everyMs: 100, delayMs: 30 }, () => struck.push(clock.steady()))
  clock.pass(330)
  stop()
  clock.pass(1000)
  expect(struck).toEqual([30, 130, 230, 330])
})

test('a beat missed is not made up for in a burst, and the rhythm stays', () => {
  const clock = storyClock()
  let stalledMs = 0
  const stalling = { ...clock, steady: () => clock.steady() + stalledMs }
  const struck: number[] = []
  beat(stalling, { everyMs: 100 }, () => struck.push(stalling.steady()))
  clock.pass(0)
  stalledMs = 750
  clock.pass(250)
  expect(struck).toEqual([0, 850, 900, 1000])
})
