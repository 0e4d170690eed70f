import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kernelRange } from '../../kernel/socket-options.ts'
import { type Bounds, choose } from './choose.ts'
import { costsOf, toleratedLosses } from './costs.ts'
import { latestProbeS, most } from './setting.ts'

const written = (bounds: Bounds): string => {
  const { setting, losses, deciding } = choose(bounds) ?? {}
  return setting
    ? `${setting.idleS}/${setting.intervalS}/${setting.count}/${setting.userTimeoutMs / 1000}, ${losses} lost, by ${deciding}`
    : 'nothing'
}

describe('a path and wishes, and the setting that fits', () => {
  test.each([
    ['a network load balancer', { timeoutS: 350, losses: 2 }, '115/25/3/190, 2 lost, by timeout'],
    ['IPVS', { timeoutS: 900, losses: 2 }, '300/60/3/480, 2 lost, by timeout'],
    [
      'conntrack alone: nothing asks for less than the kernel',
      { timeoutS: 86_400, losses: 2 },
      '7200/75/15/8325, 2 lost, by default',
    ],
    ['no timeout known', { timeoutS: Infinity, losses: 0 }, '7200/75/13/8175, 0 lost, by default'],
    ['a dead peer within a minute', { timeoutS: 350, losses: 2, detectS: 60 }, '30/10/3/60, 2 lost, by detection'],
    ['detection that is had anyway', { timeoutS: 350, losses: 2, detectS: 600 }, '115/25/3/190, 2 lost, by timeout'],
    [
      'a budget that wants more than a third',
      { timeoutS: 350, losses: 2, packetsPerDay: 1000 },
      '173/35/3/278, 2 lost, by budget',
    ],
    ['a lab path', { timeoutS: 6, losses: 2 }, '2/1/3/5, 2 lost, by timeout'],
    ['too short for two lost probes', { timeoutS: 3, losses: 2 }, '1/1/2/3, 1 lost, by timeout'],
    ['too short for any', { timeoutS: 1.1, losses: 2 }, 'nothing'],
    ['detection that cannot be had', { timeoutS: 350, losses: 2, detectS: 3 }, '1/1/3/4, 2 lost, by detection'],
  ])('%s', (_, bounds, expected) => expect(written(bounds)).toBe(expected))
})

const bounds = fc.record({
  timeoutS: fc.oneof(
    fc.double({ min: 0.1, max: 60, noNaN: true }),
    fc.integer({ min: 1, max: 900_000 }),
    fc.constant(Infinity),
  ),
  losses: fc.integer({ min: 0, max: 6 }),
  detectS: fc.option(fc.oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 40_000 })), {
    nil: undefined,
  }),
  packetsPerDay: fc.option(fc.integer({ min: 1, max: 200_000 }), { nil: undefined }),
})

test('whatever is wished, the setting survives the path, late timers and lost probes included, and the kernel takes it', () => {
  fc.assert(
    fc.property(bounds, wish => {
      const choice = choose(wish)
      if (!choice) {
        expect(latestProbeS({ idleS: 1, intervalS: 1 }, 0)).toBeGreaterThanOrEqual(wish.timeoutS)
        return
      }
      const { setting, losses } = choice
      expect(setting.idleS + losses * setting.intervalS).toBeLessThan(wish.timeoutS)
      expect(latestProbeS(setting, losses)).toBeLessThan(wish.timeoutS)
      expect(toleratedLosses(setting, wish.timeoutS)).toBeGreaterThanOrEqual(losses)
      for (const [value, at] of [
        [setting.idleS, most.idleS],
        [setting.intervalS, most.intervalS],
        [setting.count, most.count],
      ] as const) {
        expect(Number.isInteger(value)).toBe(true)
        expect(value).toBeGreaterThanOrEqual(1)
        expect(value).toBeLessThanOrEqual(at)
      }
    }),
  )
})

test('fewer losses are tolerated than wished for only where the path forgets too soon', () => {
  fc.assert(
    fc.property(bounds, wish => {
      const { losses = -1 } = choose(wish) ?? {}
      if (losses < wish.losses)
        expect(latestProbeS({ idleS: 1, intervalS: 1 }, losses + 1)).toBeGreaterThanOrEqual(wish.timeoutS)
    }),
  )
})

test('user timeout and count end a socket at the same probe', () => {
  fc.assert(
    fc.property(bounds, wish => {
      const setting = choose(wish)?.setting
      if (setting)
        expect(costsOf(setting).idleDetectionS).toBe(costsOf({ ...setting, userTimeoutMs: 0 }).idleDetectionS)
    }),
  )
})

test('a detection or a budget that is not met could not have been met', () => {
  fc.assert(
    fc.property(bounds, wish => {
      const { setting, losses = 0 } = choose(wish) ?? {}
      if (!setting) return
      const { detectS = Infinity, packetsPerDay = Infinity } = wish
      const costs = costsOf(setting)
      if (costs.idleDetectionS > detectS) expect(setting.idleS + setting.intervalS).toBe(2)
      if (costs.packetsPerDay > packetsPerDay && detectS === Infinity) {
        const idleS = Math.ceil(172_800 / packetsPerDay)
        const inTime = latestProbeS({ idleS, intervalS: 1 }, losses) < wish.timeoutS
        const countsThatFar = idleS * (8 / 63) < most.count * 75
        expect(inTime && countsThatFar && idleS <= most.idleS && hasRoom(idleS, wish.timeoutS, losses)).toBe(false)
      }
    }),
  )
})

/** Whether an interval of the timeout's leftover lets the count reach as far as a late timer. */
const hasRoom = (idleS: number, timeoutS: number, losses: number): boolean => {
  for (let intervalS = 1; intervalS <= 75; intervalS++) {
    const last = latestProbeS({ idleS, intervalS }, losses)
    if (last < timeoutS && (last - idleS) / intervalS < most.count - 1) return true
  }
  return false
}

test('the kernel’s limits are those that longhold sets options by', () => {
  expect(most).toEqual({
    idleS: kernelRange.idleS[1],
    intervalS: kernelRange.intervalS[1],
    count: kernelRange.count[1],
  })
})
