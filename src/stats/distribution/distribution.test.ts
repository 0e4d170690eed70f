import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { crossing } from './crossing.ts'
import { hypergeometricAtLeast } from './hypergeometric.ts'
import { kolmogorovAtLeast } from './kolmogorov.ts'
import { normalAtLeast, normalQuantile } from './normal.ts'
import { poissonAtLeast, poissonAtMost } from './poisson.ts'
import { expectedRuns, runsTails } from './runs.ts'
import { logChoose, stirlingError } from './stirling.ts'

const same = (value: number, published: number, digits = 11): void => expect(value / published).toBeCloseTo(1, digits)

test('the Poisson distribution as R ppois has it', () => {
  same(poissonAtMost(0, 3), 0.0497870683678639)
  same(poissonAtLeast(10, 3), 0.00110248813011548)
  same(poissonAtMost(900, 1000), 0.000697767327796307)
  same(poissonAtLeast(101_001, 100_000), 0.000791201429160451)
  expect([poissonAtMost(0, 0), poissonAtLeast(0, 0), poissonAtLeast(1, 0)]).toEqual([1, 1, 0])
})

test('the two Poisson tails make a whole', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), fc.double({ min: 0, max: 20_000, noNaN: true }), (k, mean) => {
      expect(poissonAtMost(k, mean) + poissonAtLeast(k + 1, mean)).toBeCloseTo(1, 11)
    }),
  )
})

test('the normal distribution as A&S table 26.2 and R pnorm, qnorm have it', () => {
  same(normalAtLeast(1), 0.158655253931457)
  same(normalAtLeast(3), 0.00134989803163009)
  same(normalAtLeast(5), 2.86651571879194e-7)
  same(normalAtLeast(37), 5.72557122252458e-300)
  same(normalQuantile(0.025), 1.95996398454005)
  same(normalQuantile(1e-9), 5.99780701500769)
  same(normalQuantile(0.75), -0.674489750196082)
})

test('a normal quantile is exceeded as often as it says', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-300, max: 0.9999, noNaN: true }), p => {
      same(normalAtLeast(normalQuantile(p)), p)
    }),
  )
})

test('Kolmogorov’s distribution: the example of Marsaglia, Tsang and Wang (2003), the table of Miller (1956), Smirnov’s limit (1948)', () => {
  same(1 - kolmogorovAtLeast(0.274, 10), 0.6284796154565804)
  for (const [critical, n] of [
    [0.975, 1],
    [0.56328, 5],
    [0.40925, 10],
    [0.29408, 20],
    [0.18841, 50],
  ] as const)
    expect(kolmogorovAtLeast(critical, n)).toBeCloseTo(0.05, 4)
  expect(kolmogorovAtLeast(1.3581 / 1e4, 1e8)).toBeCloseTo(0.05, 4)
  expect(kolmogorovAtLeast(1.6276 / 1e4, 1e8)).toBeCloseTo(0.01, 4)
  same(kolmogorovAtLeast(0.095, 200), 0.0506109162698, 2) // R ks.test, exact
  same(kolmogorovAtLeast(0.0563, 500), 0.0808633562167, 2)
})

test('a greater distance is never likelier, where the exact part meets the others too', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 130 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, distance) => {
      const [near, far] = [kolmogorovAtLeast(distance, n), kolmogorovAtLeast(Math.min(1, distance + 0.01), n)]
      expect(near).toBeLessThanOrEqual(1)
      expect(far).toBeGreaterThanOrEqual(0)
      expect(far).toBeLessThanOrEqual(near + 1e-3 * near)
    }),
  )
})

test('the hypergeometric distribution: Fisher’s tea (1935), R phyper', () => {
  same(hypergeometricAtLeast(3, 4, 4, 8), 17 / 70)
  same(hypergeometricAtLeast(30, 35, 40, 100), 4.35179834256e-12)
  same(hypergeometricAtLeast(300, 400, 500, 1000), 2.48938648998197e-39)
  same(hypergeometricAtLeast(150, 2000, 1000, 100_000), 9.06643340158e-83, 10)
})

test('runs: a published enumeration of 11 and 14 (R. Koopman, MathGroup, 2005), the table of Swed and Eisenhart (1943)', () => {
  const ways = [
    0, 2, 23, 260, 1365, 7020, 22_230, 68_640, 145_860, 300_300, 450_450, 648_648, 702_702, 720_720, 566_280,
  ]
  let seen = 0
  for (const [i, count] of ways.entries()) {
    same(runsTails(i + 1, 11, 14).atLeast, 1 - seen / 4_457_400)
    seen += count
    if (seen > 0) same(runsTails(i + 1, 11, 14).atMost, seen / 4_457_400)
  }
  expect([2, 3, 4, 5].map(runs => runsTails(runs, 5, 5).atMost.toFixed(3))).toEqual([
    '0.008',
    '0.040',
    '0.167',
    '0.357',
  ])
  expect([10, 9, 8, 7].map(runs => runsTails(runs, 5, 5).atLeast.toFixed(3))).toEqual([
    '0.008',
    '0.040',
    '0.167',
    '0.357',
  ])
  expect(expectedRuns(11, 14)).toBe(13.32)
})

test('many runs: normal where exact would take long, and nearly the same', () => {
  for (const runs of [970, 1000, 1030]) {
    const [exact, normal] = [runsTails(runs, 1000, 1000), runsTails(runs + 1, 1001, 1001)]
    expect(Math.abs(exact.atMost - normal.atMost)).toBeLessThan(1e-3)
    expect(Math.abs(exact.atLeast - normal.atLeast)).toBeLessThan(1e-3)
  }
})

test('what Stirling’s formula leaves out, as Loader (2000) tabulates it, and where the series takes over', () => {
  expect(stirlingError(1)).toBeCloseTo(0.08106146679532726, 14)
  expect(stirlingError(15)).toBeCloseTo(0.005554733551962801, 14)
  expect(stirlingError(16)).toBeCloseTo(0.00520765591960964, 15)
})

test('so many ways to choose', () => {
  same(Math.exp(logChoose(52, 5)), 2_598_960)
  expect([logChoose(7, 0), logChoose(7, 7), logChoose(7, 8), logChoose(7, -1)]).toEqual([0, 0, -Infinity, -Infinity])
})

test('a crossing is found to the last digit, an end where there is none', () => {
  expect(crossing(x => x * x, 2, 0, 2)).toBeCloseTo(Math.SQRT2, 15)
  expect([crossing(x => x, 5, 0, 1), crossing(x => x, -5, 0, 1)]).toEqual([1, 0])
})
