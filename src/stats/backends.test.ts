import { expect, test } from 'vitest'
import { plausibleBackends } from './backends.ts'
import { binomialExactly } from './distribution/binomial.ts'

test('every failure: an entry that nobody picks afresh, or many backends; or the only one dead', () => {
  const { repicked, oneDead } = plausibleBackends(40, 40)
  expect(repicked).toEqual([9, 10, 11, 12, 13, 14, 15, 16]) // (7/8)^40 is 0.0048
  expect(oneDead).toEqual([1])
})

test('no failure: a single backend is found again', () => {
  const { repicked, oneDead } = plausibleBackends(0, 40)
  expect(repicked).toEqual([1])
  expect(oneDead).toEqual([9, 10, 11, 12, 13, 14, 15, 16])
})

test('three in four of a thousand: four backends; half of them: two, either way', () => {
  expect(plausibleBackends(750, 1000)).toEqual({ repicked: [4], oneDead: [] })
  expect(plausibleBackends(500, 1000)).toEqual({ repicked: [2], oneDead: [2] })
})

test('few picks rule out little, none rules out nothing', () => {
  expect(plausibleBackends(1, 2).repicked).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])
  const { repicked, oneDead } = plausibleBackends(0, 0)
  expect([repicked, oneDead]).toEqual([Array.from({ length: 16 }, (_, i) => i + 1), repicked])
})

test('the true number is rejected at most once in 1/alpha times', () => {
  for (let n = 1; n <= 16; n++) {
    let [missedRepicked, missedDead] = [0, 0]
    for (let k = 0; k <= 50; k++) {
      const { repicked, oneDead } = plausibleBackends(k, 50, 0.05)
      if (!repicked.includes(n)) missedRepicked += binomialExactly(k, 50, (n - 1) / n)
      if (!oneDead.includes(n)) missedDead += binomialExactly(k, 50, 1 / n)
    }
    expect(Math.max(missedRepicked, missedDead)).toBeLessThanOrEqual(0.05)
  }
})
