import { expect, test } from 'vitest'
import { turnbull } from './interval-censored.ts'

/** Months until breast retraction, radiotherapy alone: D. Finkelstein, R. Wolfe, Biometrics 41, 1985; `bcos` in R's package interval. */
const cosmesis = `45- 25-37 37- 6-10 46- 0-5 0-7 26-40 18- 46- 46- 24- 46- 27-34 36- 7-16 36-44 5-11 17- 46- 19-35 7-14 36-48 17-25
37-44 37- 24- 0-8 40- 32- 4-11 17-25 33- 15- 46- 19-26 11-15 11-18 37- 22- 38- 34- 46- 5-12 36- 46-`

test('the curve of the breast cosmesis study is the one R’s icfit prints', () => {
  const observed = cosmesis.split(/\s+/).map(word => {
    const [left = '', right = ''] = word.split('-')
    return { left: Number(left), right: right === '' ? Infinity : Number(right) }
  })
  expect(observed).toHaveLength(46)
  const masses = turnbull(observed, { rounds: 20_000, near: 1e-10 }).filter(({ share }) => share > 1e-4)
  expect(masses.map(({ left, right }) => `${left}-${right}`)).toEqual([
    '4-5',
    '6-7',
    '7-8',
    '11-12',
    '24-25',
    '33-34',
    '38-40',
    '46-48',
  ])
  const published = [0.0463, 0.0334, 0.0887, 0.0708, 0.0926, 0.0818, 0.1209, 0.4656]
  for (const [index, { share }] of masses.entries()) expect(share).toBeCloseTo(published[index] ?? 0, 3)
})

const exact = (age: number) => ({ left: age - 1e-9, right: age })
const later = (age: number) => ({ left: age, right: Infinity })

test('ages that are known, or known to be later, make the curve of Kaplan and Meier', () => {
  const masses = turnbull([exact(1), exact(2), later(2), exact(4)])
  expect(masses.map(({ right, share }) => [right, Math.round(share * 1000) / 1000])).toEqual([
    [1, 0.25],
    [2, 0.25],
    [4, 0.5],
  ])
})

test('of those still alive at the end the mass lies beyond', () => {
  expect(
    turnbull([
      { left: 10, right: Infinity },
      { left: 0, right: 5 },
    ]),
  ).toEqual([
    { left: 0, right: 5, share: 0.5 },
    { left: 10, right: Infinity, share: 0.5 },
  ])
})

test('nobody makes no curve, and an interval without an age is refused', () => {
  expect(turnbull([])).toEqual([])
  expect(() => turnbull([{ left: 3, right: 3 }])).toThrow('no age is above 3 and not above 3')
})
