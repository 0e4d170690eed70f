import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cliff } from './cliff.ts'

test('a clean cliff lies between the longest silence survived and the shortest fatal one', () => {
  expect(cliff([930, 901, 1800, 1200, 950], [60, 300, 600, 890, 120])).toEqual({
    age: 901,
    after: 890,
    by: 901,
    below: { died: 0, survived: 5 },
    above: { died: 5, survived: 0 },
    clean: true,
    chance: expect.closeTo(10 / 252, 12), // one of the 252 ways to deal out five deaths, ten ages to choose from
  })
})

test('a death by something else, far below, moves no cliff; but then the first beyond it may be such a one too', () => {
  const found = cliff([5, 901, 930, 950, 1200, 1800], [60, 120, 300, 600, 700, 800, 890])
  expect(found).toMatchObject({
    age: 901,
    clean: false,
    below: { died: 1, survived: 7 },
    above: { died: 5, survived: 0 },
  })
  expect([found?.after, found?.by]).toEqual([800, 950])
})

test('beyond the timeout every third survives (its packet found its backend again): the cliff stays where it is', () => {
  const survived = Array.from({ length: 30 }, (_, i) => i * 30)
  const beyond = Array.from({ length: 30 }, (_, i) => 905 + i * 30)
  const found = cliff(
    beyond.filter((_, i) => i % 3 > 0),
    [...survived, ...beyond.filter((_, i) => i % 3 === 0)],
  )
  expect(found).toMatchObject({
    age: 935,
    clean: false,
    below: { died: 0, survived: 31 },
    above: { died: 20, survived: 9 },
  })
  expect(found?.after).toBeLessThan(900)
  expect(found?.by).toBeGreaterThanOrEqual(900)
  expect(found?.chance).toBeLessThan(1e-6)
})

test('all died: somewhere below the first, and no evidence of a cliff; nobody died: no cliff', () => {
  expect(cliff([30, 20], [])).toMatchObject({ after: 0, by: 20, clean: true, chance: 1 })
  expect(cliff([], [30, 20])).toBeUndefined()
  expect(cliff([900], [900, 900])).toMatchObject({ age: 900, above: { died: 1, survived: 2 }, clean: false })
})

const ages = fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 60 })

test('every silence is on one side, the cliff is at a fatal age within its interval, and the unit does not matter', () => {
  fc.assert(
    fc.property(ages, ages, (died, survived) => {
      const found = cliff(died, survived)
      if (!found) throw new Error('somebody died')
      const { age, after, by, below, above } = found
      expect(below.died + above.died).toBe(died.length)
      expect(below.survived + above.survived).toBe(survived.length)
      expect(died).toContain(age)
      expect([died.filter(each => each < age).length, survived.filter(each => each < age).length]).toEqual([
        below.died,
        below.survived,
      ])
      expect(after).toBeLessThanOrEqual(age)
      expect(by).toBeGreaterThanOrEqual(age)
      expect(
        cliff(
          died.map(each => each * 8),
          survived.map(each => each * 8),
        ),
      ).toEqual({ ...found, age: age * 8, after: after * 8, by: by * 8 })
    }),
  )
})

test('whenever a threshold separates them, it is found and clean', () => {
  fc.assert(
    fc.property(ages, fc.integer({ min: 1, max: 2000 }), (silences, threshold) => {
      const died = silences.filter(age => age >= threshold)
      const survived = silences.filter(age => age < threshold)
      fc.pre(died.length > 0)
      expect(cliff(died, survived)).toMatchObject({
        clean: true,
        after: Math.max(0, ...survived),
        by: Math.min(...died),
      })
    }),
  )
})

test.each([
  { backends: 2, stray: 0 },
  { backends: 4, stray: 0.02 },
  { backends: 2, stray: 0.05 },
])(
  'with $backends backends and $stray dying of something else the interval holds the timeout 19 times in 20',
  ({ backends, stray }) => {
    const roll = dice(7)
    let held = 0
    for (let round = 0; round < 400; round++) {
      const silences = Array.from({ length: 100 }, () => 1800 * roll()).map(age => ({
        age,
        fatal: roll() < (age >= 900 ? 1 - 1 / backends : stray),
      }))
      const agesOf = (fatal: boolean) => silences.filter(each => each.fatal === fatal).map(({ age }) => age)
      const found = cliff(agesOf(true), agesOf(false))
      if (found && found.after < 900 && found.by >= 900) held += 1
    }
    expect(held / 400).toBeGreaterThanOrEqual(0.95)
  },
)

test('where age makes no difference a cliff is seen no oftener than its chance says', () => {
  const roll = dice(11)
  let seen = 0
  for (let round = 0; round < 1000; round++) {
    const agesOf = (count: number) => Array.from({ length: count }, roll)
    if ((cliff(agesOf(10), agesOf(20))?.chance ?? 1) <= 0.05) seen += 1
  }
  expect(seen / 1000).toBeLessThanOrEqual(0.05)
})

/** Park and Miller's generator: the same throws every time. */
function dice(seed: number): () => number {
  let state = seed
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
}
