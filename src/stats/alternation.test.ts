import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { period, rhythmOf, runsTest } from './alternation.ts'

/** `x` is a bad one. */
const outcomes = (text: string): boolean[] => text.split('').map(each => each === 'x')
const repeated = (text: string, length: number) => outcomes(text.repeat(length).slice(0, length))

test('Wald and Wolfowitz’s test: 11 and 14 in 13 runs, of 13.32 expected (R. Koopman, MathGroup, 2005)', () => {
  const found = runsTest(outcomes('...x.xx..xx..xx...x.xxx..'))
  expect(found).toMatchObject({ runs: 13, expected: 13.32 })
  expect(found.tooFew).toBeCloseTo(2_347_500 / 4_457_400, 11)
})

test('what of each hundred orders has so few runs is what trying all of them gives', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 10 }), given => {
      const bad = given.filter(Boolean).length
      fc.pre(bad > 0 && bad < given.length)
      const all = ordersOf(given.length, bad)
      const { runs, tooFew, tooMany } = runsTest(given)
      expect(tooFew).toBeCloseTo(all.filter(each => runsTest(each).runs <= runs).length / all.length, 12)
      expect(tooMany).toBeCloseTo(all.filter(each => runsTest(each).runs >= runs).length / all.length, 12)
    }),
    { numRuns: 30 },
  )
})

test('round robin over N with one bad has period N and one bad in its pattern', () => {
  for (let n = 2; n <= 8; n++) {
    const found = period(repeated(`x${'.'.repeat(n - 1)}`, 5 * n + 1))
    expect(found).toMatchObject({ length: n, exceptions: 0, full: 5 })
    expect(found?.pattern.filter(Boolean)).toHaveLength(1)
  }
})

test('nine backends, one period alone, and no order at all are no period', () => {
  expect(period(repeated('x........', 90))).toBeUndefined()
  expect(period(outcomes('x..x.'))).toBeUndefined()
  expect(period(outcomes('x.xx...x.xxx.x....xxx.x.'))).toBeUndefined()
  expect(period([])).toBeUndefined()
})

test('one packet out of turn is an exception: counted, and allowed only if asked for', () => {
  const disturbed = repeated('x...', 40).with(17, true)
  expect(period(disturbed)).toBeUndefined()
  expect(period(disturbed, 1)).toMatchObject({ length: 4, exceptions: 1, full: 10, chance: 1 })
})

test('a pattern that repeats is found, at the shortest length that explains it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 2, max: 9 }),
      (pattern, times) => {
        const given = Array.from({ length: times }, () => pattern).flat()
        const found = period(given)
        expect(found?.length).toBeLessThanOrEqual(pattern.length)
        expect(given).toEqual(given.map((_, i) => found?.pattern[i % found.length]))
      },
    ),
  )
})

test('the chance of a period is what trying all orders gives, or a little more where one fits two lengths', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 4, maxLength: 11 }), given => {
      const found = period(given)
      fc.pre(found !== undefined)
      const all = ordersOf(given.length, given.filter(Boolean).length)
      const share = all.filter(each => (period(each)?.length ?? 9) <= (found?.length ?? 0)).length / all.length
      expect(found?.chance).toBeGreaterThanOrEqual(share - 1e-12)
      expect(found?.chance).toBeLessThanOrEqual(2 * share + 1e-12)
    }),
    { numRuns: 60 },
  )
})

test.each([
  ['every other one, for long enough', 'x.'.repeat(10), 'periodic'],
  ['one dead of three in turn', 'x..'.repeat(8), 'periodic'],
  ['every other one, four times: a coin does that too', 'x.x.x.x.', 'mixed'],
  ['every other one, but for one out of turn', `${'x.'.repeat(9)}.${'x.'.repeat(9)}`, 'alternating'],
  ['a bad while', `${'.'.repeat(12)}${'x'.repeat(12)}${'.'.repeat(6)}`, 'blocks'],
  ['in no order', 'x.xx...x.xxx.x....xxx.x..x....xx.x', 'mixed'],
  ['all bad', 'xxxx', 'constant'],
  ['nothing', '', 'constant'],
])('%s', (_, text, rhythm) => expect(rhythmOf(outcomes(text))).toBe(rhythm))

test('a coin is called rhythmic about as often as alpha says', () => {
  let state = 3
  const roll = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
  let called = 0
  for (let round = 0; round < 2000; round++) {
    const rhythm = rhythmOf(
      Array.from({ length: 40 }, () => roll() < 0.3),
      0.01,
    )
    if (rhythm !== 'mixed' && rhythm !== 'constant') called += 1
  }
  expect(called / 2000).toBeLessThan(0.02)
})

function ordersOf(length: number, bad: number): boolean[][] {
  return Array.from({ length: 2 ** length }, (_, bits) =>
    Array.from({ length }, (_, i) => ((bits >> i) & 1) === 1),
  ).filter(each => each.filter(Boolean).length === bad)
}
