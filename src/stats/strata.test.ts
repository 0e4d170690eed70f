import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { poissonDraw } from '../../test/simulated/draws.ts'
import { seeded } from './distribution/random.ts'
import { compareRates } from './poisson.ts'
import { compareStrata } from './strata.ts'

const stratum = (a: number, ofA: number, b: number, ofB: number) => ({
  first: { events: a, exposure: ofA },
  second: { events: b, exposure: ofB },
})

/** Coronary deaths of British doctors, smokers and others, by age (R. Doll, A. B. Hill, 1966; N. E. Breslow, N. E. Day, 1987). */
const doctors = [
  stratum(32, 52_407, 2, 18_790),
  stratum(104, 43_248, 12, 10_673),
  stratum(206, 28_612, 28, 5710),
  stratum(186, 12_663, 28, 2585),
  stratum(102, 5317, 31, 1462),
]

test('doctors who smoke: 1.72 times as likely to die, 1.43 times at the same age: Stata ir, R glm and a sum of binomials in R', () => {
  const sum = (side: 'first' | 'second') =>
    doctors.reduce(
      (all, each) => ({ events: all.events + each[side].events, exposure: all.exposure + each[side].exposure }),
      { events: 0, exposure: 0 },
    )
  expect(compareRates(sum('first'), sum('second')).ratio).toBeCloseTo(1.719823, 6)
  const found = compareStrata(doctors)
  expect(found.ratio).toBeCloseTo(1.42551854286, 10)
  expect(found.low).toBeCloseTo(1.15331791994, 8)
  expect(found.high).toBeCloseTo(1.77739433215, 8)
  expect(found.p).toBeCloseTo(0.000701584478315, 12)
})

test('few events, and none of one side in a stratum: a sum of binomials in R', () => {
  const few = [stratum(11, 800, 6, 1083), stratum(3, 200, 9, 1050), stratum(0, 50, 2, 878)]
  const found = compareStrata([...few, stratum(0, 100, 0, 100), stratum(7, 10, 0, 0)])
  expect(found.ratio).toBeCloseTo(2.10666532406, 9)
  expect(found.low).toBeCloseTo(0.910347862013, 8)
  expect(found.high).toBeCloseTo(4.82685562424, 7)
  expect(found.p).toBeCloseTo(0.0623065394469, 11)
})

const events = fc.nat(30)
test('strata alike in their shares of exposure are one; a single one is the plain test', () => {
  fc.assert(
    fc.property(events, events, events, events, (a, b, c, d) => {
      fc.pre(a + b > 0 && c + d > 0)
      const split = compareStrata([stratum(a, 10, b, 30), stratum(c, 20, d, 60)])
      const whole = compareRates({ events: a + c, exposure: 30 }, { events: b + d, exposure: 90 })
      expect(split.p).toBeCloseTo(whole.p, 9)
      for (const key of ['ratio', 'low', 'high'] as const) {
        if (whole[key] === Infinity) expect(split[key]).toBe(Infinity)
        else expect(split[key]).toBeCloseTo(whole[key] ?? Number.NaN, 7)
      }
      expect(compareStrata([stratum(a, 10, b, 30), stratum(0, 5, 0, 50)])).toEqual(
        compareRates({ events: a, exposure: 10 }, { events: b, exposure: 30 }),
      )
    }),
    { numRuns: 40 },
  )
})

test('beyond a thousand events it is nearly the same', () => {
  const exact = compareStrata([stratum(150, 100, 240, 200), stratum(200, 300, 400, 800)])
  const more = compareStrata([stratum(153, 100, 244, 200), stratum(204, 300, 408, 800)]) // 1009 events
  for (const key of ['ratio', 'low', 'high'] as const) expect((more[key] ?? 0) / (exact[key] ?? 0)).toBeCloseTo(1, 2)
  const million = compareStrata([stratum(5e5, 1e5, 5e5, 1e5), stratum(1e6, 3e5, 1e6, 3e5)])
  expect(million.p).toBeGreaterThan(0.99)
  expect(million.low).toBeGreaterThan(0.99)
})

test('nothing in any stratum is nothing known; another mix alone is no difference', () => {
  expect(compareStrata([])).toEqual({ ratio: undefined, low: 0, high: Infinity, p: 1 })
  expect(compareStrata([stratum(0, 5, 0, 5)])).toEqual({ ratio: undefined, low: 0, high: Infinity, p: 1 })
  const mixed = [stratum(90, 900, 10, 100), stratum(1, 100, 9, 900)] // 0.1 and 0.01 in both
  expect(compareStrata(mixed)).toMatchObject({ ratio: expect.closeTo(1, 9), p: expect.closeTo(1, 9) })
  expect(compareStrata([stratum(0, 5, 4, 5), stratum(0, 5, 4, 5)])).toMatchObject({ ratio: 0, low: 0 })
  expect(compareStrata([stratum(4, 5, 0, 5), stratum(4, 5, 0, 5)])).toMatchObject({ ratio: Infinity, high: Infinity })
})

test('equal rates in every stratum are called different at most as often as alpha says; the interval misses as seldom', () => {
  const random = seeded(4)
  const [rounds, alpha] = [1000, 0.05]
  let [called, missed] = [0, 0]
  for (let round = 0; round < rounds; round++) {
    const found = compareStrata([
      stratum(poissonDraw(8, random), 100, poissonDraw(2, random), 25),
      stratum(poissonDraw(1, random), 50, poissonDraw(6, random), 300),
    ])
    if (found.p <= alpha) called += 1
    if (found.low > 1 || found.high < 1) missed += 1
  }
  expect(called / rounds).toBeLessThanOrEqual(alpha + 0.01)
  expect(called / rounds).toBeGreaterThan(0.015)
  expect(missed / rounds).toBeLessThanOrEqual(alpha + 0.01)
})
