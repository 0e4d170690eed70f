import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { histories } from '../../test/histories.ts'
import { asked, ended, examined, exchanged, missed, storyBegins } from '../../test/stories.ts'
import type { Observation } from '../outcome/observation.ts'
import type { Verdict } from '../outcome/verdict.ts'
import type { Case } from './case.ts'
import { diagnostician } from './diagnose.ts'
import { defineRule, type Finding } from './rule.ts'

const found = (of: Case, more: Partial<Finding> = {}): Finding[] =>
  of.deaths.length === 0
    ? []
    : [
        {
          says: `${of.deaths.length} deaths`,
          explains: of.deaths,
          of: of.deaths.length,
          confidence: { level: 'likely', because: 'a test' },
          evidence: [],
          ruledOut: [],
          missing: [],
          remedy: [],
          ...more,
        },
      ]
const likely = defineRule({
  name: 'likely',
  title: '',
  family: 'forgotten-flow',
  judge: of => found(of),
})
const tell = (observations: readonly Observation[], ...rules: Parameters<typeof defineRule>[0][]): Verdict[] => {
  const judge = diagnostician(rules)
  return observations.flatMap(each => judge.fold(each))
}
const words = (verdicts: readonly Verdict[]) =>
  verdicts.map(
    ({ id, state, count, supersededBy }) => `${id} ${state} ${count}${supersededBy ? ` > ${supersededBy}` : ''}`,
  )

const resets = (from: number) => Array.from({ length: 100 }, (_, i) => ended(from + i / 100, { id: `${from} ${i}` }))
const survived = (from: number) => Array.from({ length: 20 }, (_, i) => exchanged(from + i / 100))
const good = (n: number, idleMs = 900_000, from = 15) =>
  Array.from({ length: n }, (_, i) => exchanged(from + i / 1000, { idleMs }))
/** What was seen once is over after so many. */
const enough = 15

test('a thousand resets of one cause are one verdict, which opens, is updated, and closes', () => {
  const story = [...resets(1), examined(3), ...resets(4), examined(6), examined(8), ...survived(20), examined(30)]
  expect(words(tell(story, likely))).toEqual(['likely-1 open 100', 'likely-1 open 200', 'likely-1 closed 200'])
})

test('what was closed does not come back by itself, and what comes anew is a new verdict', () => {
  const story = [ended(1), examined(2), ...good(enough), examined(16), examined(18), ended(20), examined(21)]
  expect(words(tell(story, likely))).toEqual(['likely-1 open 1', 'likely-1 closed 1', 'likely-2 open 1'])
})

test('a verdict does not close while nothing says that its cause is gone', () => {
  const story = [ended(1), examined(2), exchanged(20, { idleMs: 1000 }), asked(20), examined(60)]
  expect(words(tell(story, likely))).toEqual(['likely-1 open 1'])
})

test('a zombie is found long after its server spoke: the silences of its like tell that it is over', () => {
  const story = [ended(1, { zombie: true, idleMs: 9000 }), examined(2), ...good(enough, 4000), examined(16)]
  expect(words(tell(story, likely))).toEqual(['likely-1 open 1', 'likely-1 closed 1'])
})

test.each([
  ['a reset', { idleMs: 360_000 }, 345_000, 360_000],
  ['a zombie', { idleMs: 366_000, zombie: true }, 345_000, 360_000],
])('%s closes no sooner for a silence that is clearly shorter', (_, fatal, shorter, asLong) => {
  const story = [ended(1, fatal), examined(2), ...good(enough, shorter), examined(16)]
  expect(words(tell(story, likely))).toEqual(['likely-1 open 1'])
  const more = [...story, ...good(enough, asLong, 17), examined(18)]
  expect(words(tell(more, likely)).at(-1)).toBe('likely-1 closed 1')
})

test('a symptom that meets few takes many good outcomes to be called gone', () => {
  const one = defineRule({ ...likely, judge: of => found(of, { of: 100 }) })
  expect(words(tell([ended(1), examined(2), ...good(100), examined(16)], one))).toEqual(['likely-1 open 1'])
  expect(words(tell([ended(1), examined(2), ...good(800), examined(16)], one)).at(-1)).toBe('likely-1 closed 1')
})

test.each([
  [1, 15],
  [2, 9],
  [40, 3],
])('of %i that could have met it all did: it takes %i good outcomes to be over', (met, needed) => {
  const deaths = Array.from({ length: met }, (_, i) => ended(1 + i / 100, { id: `${i}` }))
  const after = (n: number) => words(tell([...deaths, examined(2), ...good(n), examined(16)], likely)).at(-1)
  expect(after(needed - 1)).toBe(`likely-1 open ${met}`)
  expect(after(needed)).toBe(`likely-1 closed ${met}`)
})

test('of two as sure, the one that explains all of the other and as much again wins', () => {
  const early = defineRule({ ...likely, name: 'early', judge: of => found({ ...of, deaths: of.deaths.slice(0, 2) }) })
  const wide = defineRule({ ...likely, name: 'wide', judge: of => (of.deaths.length < 4 ? [] : found(of)) })
  const story = [ended(1), ended(1.1), examined(2), ended(2.1), ended(2.2), examined(3)]
  expect(words(tell(story, early, wide))).toEqual(['early-1 open 2', 'wide-1 open 4', 'early-1 closed 2 > wide-1'])
})

test('the surer finding wins, and what it replaces says so', () => {
  const proven = defineRule({
    ...likely,
    name: 'proven',
    judge: of => (of.at > storyBegins + 5000 ? found(of, { confidence: { level: 'proven', because: 'seen' } }) : []),
  })
  const story = [ended(1), examined(2), ended(6), examined(7)]
  expect(words(tell(story, likely, proven))).toEqual([
    'likely-1 open 1',
    'proven-1 open 2',
    'likely-1 closed 1 > proven-1',
  ])
})

const proven = { confidence: { level: 'proven', because: 'somebody said so' } } as const
/** What it stood on turns out to be wrong after six seconds. */
const wrong = defineRule({
  ...likely,
  name: 'wrong',
  judge: of => (of.at > storyBegins + 6000 ? [] : found(of, proven)),
  isRefuted: of => of.at > storyBegins + 6000,
})

test('a verdict that is refuted is taken back, however sure, and what others find takes its place', () => {
  const story = [...resets(1), examined(3), ...resets(4), examined(7), ...survived(20), examined(30)]
  const told = tell(story, wrong, likely)
  expect(words(told)).toEqual([
    'wrong-1 open 100',
    'likely-1 open 200',
    'wrong-1 closed 100 > likely-1',
    'likely-1 closed 200',
  ])
  expect(told.map(each => each.of)).toEqual([100, 200, 100, 200])
})

test('where nobody else finds anything, what it stood on is explained again', () => {
  expect(words(tell([ended(1), examined(2), examined(7), examined(9)], wrong))).toEqual([
    'wrong-1 open 1',
    'wrong-1 closed 1',
    'unexplained-1 open 1',
  ])
})

test('what no rule explains is told as unexplained, after a moment, and taken back when somebody explains it', () => {
  const late = defineRule({ ...likely, judge: of => (of.at > storyBegins + 20_000 ? found(of) : []) })
  const story = [ended(1), examined(2), examined(7), examined(21)]
  expect(words(tell(story, late))).toEqual([
    'unexplained-1 open 1',
    'likely-1 open 1',
    'unexplained-1 closed 1 > likely-1',
  ])
})

test('what stays unexplained is counted as a whole', () => {
  const [first, second] = tell([ended(1), examined(7), ended(8), ended(9), examined(20)])
  expect([first?.says, second?.says]).toEqual([expect.stringMatching(/^1 fault/), expect.stringMatching(/^3 faults/)])
})

test('a question lost now and then is nothing; a planned end, our own stop and a stall of ours are no symptoms', () => {
  const story = [
    missed(1),
    asked(2),
    missed(3),
    ended(4, { planned: true, fate: 'closed' }),
    ended(4, { planned: true, fate: 'cancelled' }),
    ...[5, 6, 7, 8].map(s => missed(s, { suspect: true } as object)),
    examined(60),
  ]
  expect(tell(story)).toEqual([])
})

test('the same observations give the same verdicts, and no history makes it throw', () => {
  fc.assert(
    fc.property(histories, told => {
      const story = told.flatMap((each, i) =>
        i % 7 === 0 ? [each, { type: 'examined', evidence: {}, at: each.at, steady: each.steady } as const] : [each],
      )
      const [once, again] = [diagnostician(), diagnostician()]
      expect(story.flatMap(each => once.fold(each))).toEqual(story.flatMap(each => again.fold(each)))
    }),
  )
})
