import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { rateInterval } from './poisson.ts'
import { hazard, median, survivalCurve } from './survival.ts'

/** Weeks of remission under 6-mercaptopurine: E. J. Freireich et al. (1963), as in Cox and Oakes (1984), table 1.1. */
const died = [6, 6, 6, 7, 10, 13, 16, 22, 23]
const survived = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]

test('the curve of Freireich’s patients, with Greenwood’s error and the interval of R survfit(conf.type = "log-log")', () => {
  expect(
    survivalCurve(died, survived).map(({ age, atRisk, deaths, survival, error, low, high }) =>
      [age, atRisk, deaths, ...[survival, error, low, high].map(each => each.toFixed(4))].join(' '),
    ),
  ).toEqual([
    '6 21 3 0.8571 0.0764 0.6197 0.9516',
    '7 17 1 0.8067 0.0869 0.5631 0.9228',
    '10 15 1 0.7529 0.0963 0.5032 0.8894',
    '13 12 1 0.6902 0.1068 0.4316 0.8491',
    '16 11 1 0.6275 0.1141 0.3675 0.8049',
    '22 7 1 0.5378 0.1282 0.2678 0.7468',
    '23 6 1 0.4482 0.1346 0.1881 0.6801',
  ])
  expect(median(survivalCurve(died, survived))).toEqual({ age: 23, low: 13, high: Infinity })
})

test('the hazard of those patients: 9 deaths in 359 weeks', () => {
  const whole = hazard(died, survived, { from: 0, to: Infinity })
  expect([whole.deaths, whole.exposure, whole.rate]).toEqual([9, 359, 9 / 359])
  expect(whole).toMatchObject(rateInterval({ events: 9, exposure: 359 }))
})

test('the end of an interval of ages is not in it', () => {
  expect(hazard([10, 20], [30], { from: 10, to: 20 })).toMatchObject({ deaths: 1, exposure: 20, rate: 1 / 20 })
})

test('once all are dead nobody survives, and the interval stays where it was or below', () => {
  const last = survivalCurve([1, 2, 3, 5, 5], [4]).at(-1)
  expect(last).toMatchObject({ age: 5, survival: 0, error: 0, low: 0 })
  expect(last?.high).toBeCloseTo(0.80370923685, 9) // R: upper at the step before; NA from here on
  expect(survivalCurve([5, 5], [])).toMatchObject([{ survival: 0, low: 0, high: 1 }])
})

const ages = fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 60 })

test('without survivors the curve is the share that lived longer', () => {
  fc.assert(
    fc.property(ages, died => {
      for (const { age, survival, low, high } of survivalCurve(died, [])) {
        expect(survival).toBeCloseTo(died.filter(each => each > age).length / died.length, 12)
        expect(low).toBeLessThanOrEqual(survival + 1e-12)
        expect(high).toBeGreaterThanOrEqual(survival - 1e-12)
      }
    }),
  )
})

test('the curve never rises, and longer survivors can only lift it', () => {
  fc.assert(
    fc.property(ages, ages, (died, survived) => {
      const curve = survivalCurve(died, survived)
      const lifted = survivalCurve(
        died,
        survived.map(age => age + 500),
      )
      expect(lifted.map(({ age }) => age)).toEqual(curve.map(({ age }) => age))
      for (const [i, step] of curve.entries()) {
        expect(step.survival).toBeLessThan(curve[i - 1]?.survival ?? 1)
        expect(lifted[i]?.survival).toBeGreaterThanOrEqual(step.survival - 1e-12)
      }
    }),
  )
})

test('every death and every moment of exposure falls into one interval of ages', () => {
  fc.assert(
    fc.property(ages, ages, fc.integer({ min: 1, max: 1000 }), (died, survived, cut) => {
      const young = hazard(died, survived, { from: 0, to: cut })
      const old = hazard(died, survived, { from: cut, to: Infinity })
      expect(young.deaths + old.deaths).toBe(died.length)
      expect(young.exposure + old.exposure).toBe([...died, ...survived].reduce((sum, age) => sum + age, 0))
    }),
  )
})

test('nobody dies, nobody lives, nonsense', () => {
  expect(survivalCurve([], [1, 2])).toEqual([])
  expect(median([])).toEqual({ age: Infinity, low: Infinity, high: Infinity })
  expect(hazard([], [], { from: 0, to: 10 })).toEqual({
    deaths: 0,
    exposure: 0,
    rate: undefined,
    low: 0,
    high: Infinity,
  })
  for (const nonsense of [-1, Number.NaN, Infinity]) expect(() => survivalCurve([nonsense], [])).toThrow(RangeError)
})
