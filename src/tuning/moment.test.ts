import { expect, test } from 'vitest'
import { isOfOneMoment } from './moment.ts'
import type { Trial } from './trial.ts'

const cut = (silenceMs: number, atMs: number): Trial => ({ silenceMs, atMs, outcome: 'cut', how: 'reset' })

test('old and young that end at one moment ended for what happened then', () => {
  const trials = [10_000, 9000, 4000, 2000].map(age => cut(age, 10_000))
  expect(isOfOneMoment(trials)).toHaveLength(4)
})

test('those of one age may have ended for their age', () => {
  expect(isOfOneMoment([10_000, 9990, 9985, 9980].map(age => cut(age, 10_000)))).toEqual([])
})

test('one here and one there are nobody’s moment', () => {
  expect(isOfOneMoment([cut(10_000, 10_000), cut(4000, 15_000), cut(30_000, 30_000)])).toEqual([])
})

test('what was found dead, or survived, belongs to no moment', () => {
  const survived: Trial = { silenceMs: 3000, atMs: 10_000, outcome: 'survived' }
  const trials = [10_000, 9000, 4000, 2000].map(age => cut(age, 10_000))
  expect(isOfOneMoment([...trials, survived])).toEqual(trials.toSorted((a, b) => a.atMs - b.atMs))
})
