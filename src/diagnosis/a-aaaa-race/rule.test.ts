import { describe, expect, test } from 'vitest'
import { type Fares, inOrder, type Looked, looked, lost, type Series, series } from '../../../test/asking.ts'
import { caseFrom } from '../../../test/cases.ts'
import type { Observation } from '../../outcome/observation.ts'
import { aAaaaRace } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) => aAaaaRace.judge(caseFrom(inOrder(...parts)))

/** A and AAAA at once; one of the two is lost as `lostOf` says: `A`, `AAAA`, or both. */
function pairs(lostOf: (i: number) => readonly string[], to = 60): Observation[] {
  const of = (type: string): Series => ({
    mode: 'pair',
    every: 0.5,
    to,
    timeout: 5,
    fares: (_, i): Fares => ({ question: `kubernetes.default ${type}`, ...(lostOf(i).includes(type) ? lost : {}) }),
  })
  return inOrder(series(of('A')), series(of('AAAA')))
}
const torn = (i: number) => (i % 10 === 0 ? [i % 20 === 0 ? 'A' : 'AAAA'] : [])
const alone: Series = { to: 60, every: 0.25 }
const counted = (insert_failed: number): Looked[] => [
  { counters: { insert_failed: 0, drop: 0 } },
  { counters: { insert_failed, drop: 0 } },
]
const looks = ([before = {}, after = {}]: readonly Looked[]) => [looked(-1, before), looked(66, after)]

test('one of two is lost, never both, and none that is asked alone; insert_failed rises with them: proven', () => {
  const [finding] = judge(pairs(torn), series(alone), looks(counted(12)))
  expect(finding).toMatchObject({ confidence: { level: 'proven' }, explains: { length: 12 } })
  expect(finding?.remedy).toContain('options single-request-reopen')
})

test('without the node it is likely', () => {
  expect(judge(pairs(torn), series(alone), [looked(66)])).toMatchObject([{ confidence: { level: 'likely' } }])
})

describe('nothing is said', () => {
  test.each<[string, readonly (readonly Observation[])[], readonly Looked[]]>([
    ['while insert_failed is flat', [pairs(torn), series(alone)], counted(0)],
    ['when a pair loses both: that is loss', [pairs(i => (i % 10 === 0 ? ['A', 'AAAA'] : [])), series(alone)], []],
    [
      'when questions asked alone are lost, too',
      [pairs(torn), series({ ...alone, fares: (_, i) => (i % 20 === 0 ? lost : {}) })],
      [],
    ],
    ['of two torn pairs', [pairs(i => (i % 40 === 0 ? ['A'] : [])), series(alone)], []],
    ['without questions asked alone', [pairs(torn)], []],
    ['when nothing is lost', [pairs(() => []), series(alone)], counted(5)],
  ])('%s', (_, parts, said) => {
    expect(judge(...parts, said.length > 0 ? looks(said) : [looked(66)])).toEqual([])
  })
})
