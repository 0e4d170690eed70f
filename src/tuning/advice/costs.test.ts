import { expect, test } from 'vitest'
import { costsOf, idleWithin, toleratedLosses } from './costs.ts'

const setting = (idleS: number, intervalS: number, count: number, userTimeoutS = 0) => ({
  idleS,
  intervalS,
  count,
  userTimeoutMs: userTimeoutS * 1000,
})

/** Measured on Linux: a peer that vanished while idle, seconds until the socket failed. */
test.each([
  [setting(2, 1, 5), 7.16],
  [setting(2, 1, 5, 4), 4.07],
  [setting(2, 3, 9, 4), 5.1],
  [setting(2, 1, 3, 20), 20.44],
])('%o fails when a kernel was seen to let it fail', (given, seen) => {
  const { idleDetectionS, idleDetectionAtMostS } = costsOf(given)
  expect(seen).toBeGreaterThanOrEqual(idleDetectionS)
  expect(seen).toBeLessThan(idleDetectionS + 0.5)
  expect(seen).toBeLessThan(idleDetectionAtMostS)
})

test('an idle connection sends a probe and gets an answer for each idle time', () => {
  expect(costsOf(setting(60, 10, 3)).packetsPerDay).toBe(2880)
  expect(costsOf(setting(idleWithin(1000), 10, 3)).packetsPerDay).toBeLessThanOrEqual(1000)
  expect(costsOf(setting(idleWithin(1000) - 1, 10, 3)).packetsPerDay).toBeGreaterThan(1000)
})

test('data in flight is bound by the user timeout, and by nothing of keepalive without one', () => {
  expect(costsOf(setting(60, 10, 3, 90)).inFlightDetectionS).toBe(90)
  expect(costsOf(setting(60, 10, 3)).inFlightDetectionS).toBeUndefined()
})

test.each([
  ['the kernel’s own behind IPVS', setting(7200, 75, 9), 900, -1],
  ['an idle just below the timeout: its timer may be late', setting(340, 10, 3), 350, -1],
  ['one probe, and no time for another', setting(240, 75, 9), 350, 0],
  ['a third and a sixth', setting(115, 20, 3, 175), 350, 2],
  ['a count of one forgives nothing', setting(10, 1, 1), 350, 0],
  ['a user timeout shorter than the idle time forgives nothing', setting(100, 20, 9, 30), 350, 0],
  ['a user timeout that a late timer runs into', setting(7200, 10, 9, 7290), 86_400, 0],
])('%s', (_, given, timeoutS, lost) => expect(toleratedLosses(given, timeoutS)).toBe(lost))
