import { expect, test } from 'vitest'
import { realClock } from '../clock.ts'
import type { Observation } from '../outcome/observation.ts'
import { sequence } from './sequence.ts'

const at = (steady: number): Observation => ({
  type: 'disturbed',
  what: 'loop-stall',
  ms: 1,
  at: 5,
  steady,
  suspect: true,
})

test('steady time never steps back, and a late observation keeps the rest of its stamp', () => {
  let now = 100
  const { place, clock } = sequence({ ...realClock, steady: () => now })
  expect([90, 95, 93].map(steady => place(at(steady)).steady)).toEqual([90, 95, 95])
  expect(clock.steady()).toBe(100)
  expect(place(at(99))).toEqual(at(100)) // somebody has shown or written that it is 100
  now = 98
  expect(clock.steady()).toBe(100)
})
