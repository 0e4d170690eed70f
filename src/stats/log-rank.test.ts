import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { seeded } from './distribution/random.ts'
import { logRank } from './log-rank.ts'
import { livesOf } from './survival.ts'

/** Times as survival tables print them, a `+` behind those last seen alive. */
function lives(text: string) {
  const words = text.split(' ')
  const ages = (alive: boolean) => words.filter(word => word.endsWith('+') === alive).map(word => Number.parseInt(word))
  return livesOf(ages(false), ages(true))
}

test('acute myelogenous leukaemia, Miller (1981): R survdiff(Surv(time, status) ~ x, aml)', () => {
  const found = logRank([
    { first: lives('9 13 13+ 18 23 28+ 31 34 45+ 48 161+'), second: lives('5 5 8 8 12 16+ 23 27 30 33 43 45') },
  ])
  expect(found.died).toEqual([7, 11])
  expect(found.expected[0]).toBeCloseTo(10.689335992301, 10)
  expect(found.expected[1]).toBeCloseTo(7.310664007699, 10)
  expect(found.chiSquare).toBeCloseTo(3.396388698978, 10)
  expect(found.p).toBeCloseTo(0.06533932204051, 12)
})

test('6-mercaptopurine against placebo, Freireich (1963), Gehan (1965): chi-square 16.79, 19.25 expected of 9', () => {
  const treated = lives('6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+')
  const placebo = lives('1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23')
  const found = logRank([{ first: treated, second: placebo }])
  expect(found.died).toEqual([9, 21])
  expect(found.expected[0]).toBeCloseTo(19.25050094803, 10)
  expect(found.chiSquare).toBeCloseTo(16.79294098922, 10)
  expect(found.p).toBeCloseTo(4.168809109335e-5, 14)
})

test('ovarian cancer, Edmunson (1979), by residual disease: R survdiff(Surv(futime, fustat) ~ rx + strata(resid.ds), ovarian)', () => {
  const found = logRank([
    { first: lives('448+ 638 803+ 855+ 1106+'), second: lives('563 744+ 1129+ 1227+ 353 377+') },
    { first: lives('59 115 156 431 477+ 1040+ 268 329'), second: lives('421+ 464 475 769+ 770+ 1206+ 365') },
  ])
  expect(found.died).toEqual([7, 5])
  expect(found.expected[0]).toBeCloseTo(1.525974025974 + 3.569222444222, 10)
  expect(found.chiSquare).toBeCloseTo(1.279643451203, 10)
  expect(found.p).toBeCloseTo(0.2579653400279, 12)
})

const group = fc.array(fc.record({ age: fc.integer({ min: 1, max: 40 }), died: fc.boolean() }), { maxLength: 40 })
const counted = (each: readonly { age: number; died: boolean }[]) =>
  livesOf(
    each.filter(({ died }) => died).map(({ age }) => age),
    each.filter(({ died }) => !died).map(({ age }) => age),
  )

test('the groups are exchangeable, and the unit of age does not matter', () => {
  fc.assert(
    fc.property(group, group, (a, b) => {
      const [first, second] = [counted(a), counted(b)]
      const scaled = (each: typeof first) => each.map(life => ({ ...life, age: life.age * 60 }))
      const here = logRank([{ first, second }])
      const there = logRank([{ first: scaled(second), second: scaled(first) }])
      expect(there.chiSquare).toBeCloseTo(here.chiSquare, 8)
      expect(there.died).toEqual(here.died.toReversed())
      expect(there.expected[0]).toBeCloseTo(here.expected[1], 8)
    }),
  )
})

test('nobody, a group alone, and no deaths compare nothing; nonsense is refused', () => {
  const some = lives('3 5+ 8')
  for (const [first, second] of [
    [[], []],
    [some, []],
    [lives('5+ 9+'), lives('3+')],
  ] as const)
    expect(logRank([{ first, second }])).toMatchObject({ chiSquare: 0, p: 1 })
  expect(logRank([])).toMatchObject({ died: [0, 0], p: 1 })
  expect(() => logRank([{ first: [...some, ...some], second: [] }])).toThrow(RangeError)
  expect(() => logRank([{ first: [{ age: -1, died: 1, survived: 0 }], second: [] }])).toThrow(RangeError)
})

test('groups that die alike are told apart about as often as alpha says', () => {
  const random = seeded(9)
  let called = 0
  const rounds = 2000
  for (let round = 0; round < rounds; round++) {
    const drawn = () => {
      const each = Array.from({ length: 40 }, () => ({ dies: -900 * Math.log(random()), seen: 300 + 900 * random() }))
      return livesOf(
        each.filter(({ dies, seen }) => dies <= seen).map(({ dies }) => dies),
        each.filter(({ dies, seen }) => dies > seen).map(({ seen }) => seen),
      )
    }
    if (logRank([{ first: drawn(), second: drawn() }]).p <= 0.05) called += 1
  }
  expect(called / rounds).toBeGreaterThan(0.035)
  expect(called / rounds).toBeLessThan(0.065)
})
