import { describe, expect, test } from 'vitest'
import { inOrder, looked, lost, type Series, series, strayed } from '../../../test/asking.ts'
import { caseFrom } from '../../../test/cases.ts'
import type { Observation } from '../../outcome/observation.ts'
import { dnsSlow } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) => dnsSlow.judge(caseFrom(inOrder(...parts)))

const slow: Series = { from: 0, to: 20, fares: s => (s >= 5 && s < 15 ? lost : {}) }
/** What came after all, 2.5 s after it was asked. */
const late = (of: Series, every = 1) =>
  Array.from({ length: 40 }, (_, i) => 5 + i * 0.25)
    .filter((_, i) => i % every === 0)
    .map(sent => strayed(sent + 2.5, of, 'late', { tookUs: 2_500_000 }))
const other: Series = { probe: 'other', called: '10.244.2.54:53', mode: 'pinned', port: 40_054, to: 20 }

test('what was given up was answered after all, and another server was quick: likely', () => {
  const [finding] = judge(series(slow), late(slow), series(other), [looked(25)])
  expect(finding).toMatchObject({ confidence: { level: 'likely' }, explains: { length: 40 } })
  expect(finding?.says).toContain('of 40 questions that were given up 40 were answered after 2.5s')
  expect(finding?.remedy.join('\n')).toContain('dig @10.96.0.10')
})

test('lookups that failed meanwhile belong to it', () => {
  const lookups: Series = {
    mode: 'resolver',
    server: '*',
    to: 20,
    every: 1,
    fares: s => (s >= 5 && s < 15 ? { ...lost, code: 'ETIMEDOUT' } : {}),
  }
  const [finding] = judge(series(slow), late(slow), series(lookups), series(other), [looked(25)])
  expect(finding?.explains.length).toBe(50)
})

test('with nobody to compare with, the family is what is sure', () => {
  expect(judge(series(slow), late(slow), [looked(25)])).toMatchObject([
    { only: 'family', confidence: { level: 'possible' } },
  ])
})

describe('nothing is said', () => {
  test.each<[string, () => readonly (readonly Observation[])[]]>([
    ['when nothing comes late: it is lost', () => [series(slow), series(other)]],
    ['when one in four comes late', () => [series(slow), late(slow, 4), series(other)]],
    [
      'of four late answers',
      () => [series({ ...slow, fares: s => (s >= 5 && s < 6 ? lost : {}) }), late(slow).slice(0, 4), series(other)],
    ],
    [
      'when everybody is slow: it is the way, or ourselves',
      () => [series(slow), late(slow), series({ ...other, fares: () => ({ tookUs: 2_400_000 }) })],
    ],
    ['of echo', () => [series({ ...slow, kind: 'udp-echo' }), late({ ...slow, kind: 'udp-echo' }), series(other)]],
  ])('%s', (_, parts) => {
    expect(judge(...parts(), [looked(25)])).toEqual([])
  })
})

test('what was asked a moment ago may still be answered', () => {
  const going: Series = { to: 12, fares: s => (s >= 5 ? lost : {}) }
  const came = late(going).filter(({ at }) => at <= (late(going)[0]?.at ?? 0) + 4000)
  expect(judge(series(going), came, series({ ...other, to: 12 }), [looked(12)])).toHaveLength(1)
})
