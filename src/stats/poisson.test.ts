import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { poissonAtLeast, poissonAtMost } from './distribution/poisson.ts'
import { compareRates, rateInterval } from './poisson.ts'

const rounded = ({ low, high }: { readonly low: number; readonly high: number }, digits: number) =>
  [low, high].map(end => Number(end.toFixed(digits)))

/** F. Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28 (1936), and R poisson.test(k); 95 %. */
test.each([
  [0, [0, 3.689]],
  [1, [0.025, 5.572]],
  [5, [1.623, 11.668]],
  [10, [4.795, 18.39]],
  [20, [12.217, 30.888]],
  [50, [37.111, 65.919]],
  [100, [81.364, 121.627]],
  [1000, [938.973, 1063.952]],
])('the interval of %i events as Garwood (1936) has it', (events, published) => {
  expect(rounded(rateInterval({ events, exposure: 1 }), 3)).toEqual(published)
})

test('R’s examples: Molina’s accidents over time, and two rates', () => {
  expect(rounded(rateInterval({ events: 137, exposure: 24.19893 }), 6)).toEqual([4.753125, 6.692709])
  const compared = compareRates({ events: 11, exposure: 800 }, { events: 6 + 8 + 7, exposure: 1083 + 1050 + 878 })
  expect(compared.p).toBeCloseTo(0.0796686330333, 12)
  expect(compared.ratio).toBeCloseTo(1.97148809524, 10)
  expect(rounded(compared, 9)).toEqual([0.858426403, 4.277265944])
  expect(rounded(compareRates({ events: 11, exposure: 800 }, { events: 21, exposure: 3011 }, 0.99), 6)).toEqual([
    0.659999, 5.314329,
  ])
})

const hour = (events: number) => ({ events, exposure: 3600 })

test('no events on one side, on neither, and no exposure', () => {
  expect(compareRates(hour(0), hour(14))).toMatchObject({ ratio: 0, low: 0 })
  expect(compareRates(hour(0), hour(14)).p).toBeCloseTo(2 ** -13, 15)
  expect(compareRates(hour(0), hour(14)).high).toBeCloseTo(0.301466088723, 10)
  expect(compareRates(hour(14), { events: 0, exposure: 7200 })).toMatchObject({ ratio: Infinity, high: Infinity })
  expect(compareRates(hour(14), { events: 0, exposure: 7200 }).low).toBeCloseTo(6.63424535897, 9)
  expect(compareRates(hour(0), hour(0))).toEqual({ ratio: undefined, low: 0, high: Infinity, p: 1 })
  expect(compareRates(hour(14), { events: 0, exposure: 0 })).toEqual({ ratio: undefined, low: 0, high: Infinity, p: 1 })
  expect(rateInterval({ events: 0, exposure: 0 })).toEqual({ low: 0, high: Infinity })
})

const rate = fc.record({ events: fc.nat(3000), exposure: fc.double({ min: 1, max: 1e9, noNaN: true }) })

test('at the ends of the interval the tail beyond is one in forty', () => {
  fc.assert(
    fc.property(rate, ({ events, exposure }) => {
      const { low, high } = rateInterval({ events, exposure })
      if (events > 0) expect(poissonAtLeast(events, low * exposure)).toBeCloseTo(0.025, 9)
      expect(poissonAtMost(events, high * exposure)).toBeCloseTo(0.025, 9)
    }),
  )
})

test('the unit of exposure does not matter, and the two sides are exchangeable', () => {
  fc.assert(
    fc.property(rate, rate, (first, second) => {
      fc.pre(first.events + second.events > 0)
      const here = compareRates(first, second)
      const inMs = (each: typeof first) => ({ ...each, exposure: each.exposure * 1000 })
      const there = compareRates(inMs(second), inMs(first))
      expect(there.p).toBeCloseTo(here.p, 6)
      expect((there.low || 1) * (here.high === Infinity ? 1 : here.high)).toBeCloseTo(1, 6)
      expect((here.low || 1) * (there.high === Infinity ? 1 : there.high)).toBeCloseTo(1, 6)
      expect(here.ratio).toBeGreaterThanOrEqual(here.low)
      expect(here.ratio).toBeLessThanOrEqual(here.high)
    }),
  )
})

test('nonsense is refused', () => {
  expect(() => rateInterval({ events: -1, exposure: 1 })).toThrow(RangeError)
  expect(() => rateInterval({ events: 1.5, exposure: 1 })).toThrow(RangeError)
  expect(() => rateInterval({ events: 1, exposure: -1 })).toThrow(RangeError)
  expect(() => compareRates({ events: 1, exposure: 1 }, { events: 1, exposure: Number.NaN })).toThrow(RangeError)
})
