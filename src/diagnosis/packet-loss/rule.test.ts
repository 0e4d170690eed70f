import { describe, expect, test } from 'vitest'
import {
  type Fares,
  inOrder,
  type Looked,
  looked,
  lost,
  refused,
  type Series,
  series,
  strayed,
} from '../../../test/asking.ts'
import { caseFrom } from '../../../test/cases.ts'
import type { Observation } from '../../outcome/observation.ts'
import { packetLoss } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) => packetLoss.judge(caseFrom(inOrder(...parts)))

/** A good enough die: the same in every run, without order (the middle of a multiplication). */
const dice = (i: number, salt: number): number => (((i + 1) * 2_654_435_761 + salt * 40_503) >>> 7) % 1000
const losing =
  (share: number, salt: number) =>
  (_: number, i: number): Fares =>
    dice(i * i + i, salt) < share * 1000 ? lost : {}
const pinned: Series = { mode: 'pinned', port: 40_053, fares: losing(0.2, 1) }
const fresh: Series = { fares: losing(0.2, 2) }
/** Two minutes each time. */
const isAway = (s: number): boolean => [0, 400, 700].some(from => s >= from && s < from + 120)
const dropping = (by: number): Looked[] => [{ counters: { drop: 0 } }, { counters: { drop: by } }]
const looks = ([before = {}, after = {}]: readonly Looked[]) => [looked(-1, before), looked(31.9, after)]

test('one port loses as much as new ports do, without order: likely', () => {
  const [finding] = judge(series(pinned), series(fresh), [looked(32)])
  expect(finding).toMatchObject({ confidence: { level: 'likely' } })
  expect(finding?.explains.length).toBe(
    series(pinned)
      .concat(series(fresh))
      .filter(each => 'fate' in each && each.fate === 'timeout').length,
  )
})

test('with no new ports to compare, only the family', () => {
  expect(judge(series(pinned), [looked(32)])).toMatchObject([{ only: 'family', confidence: { level: 'possible' } }])
})

test('what conntrack on the node drops has another name', () => {
  expect(judge(series(pinned), series(fresh), looks(dropping(40)))).toEqual([])
  const [finding] = judge(series(pinned), series(fresh), looks(dropping(0)))
  expect(finding?.ruledOut.map(({ what }) => what)).toContain('table-full')
})

describe('nothing is said', () => {
  test.each<[string, Series, Series]>([
    ['of a few lost datagrams', { ...pinned, fares: s => (s < 1 ? lost : {}) }, {}],
    [
      'of an outage',
      { ...pinned, fares: s => (s >= 10 && s < 15 ? lost : {}) },
      { fares: s => (s >= 10 && s < 15 ? lost : {}) },
    ],
    ['of two outages', { ...pinned, fares: s => (s % 10 < 3 ? lost : {}) }, { fares: s => (s % 10 < 3 ? lost : {}) }],
    [
      'of a server that comes and goes, of whom new ports meet one in two',
      { ...pinned, every: 60, to: 900, fares: s => (isAway(s) ? lost : {}) },
      { every: 60, to: 900, fares: (s, i) => (isAway(s) && i % 7 === 1 ? lost : {}) },
    ],
    [
      'of the same where a single question is lost as well, now and then',
      { ...pinned, every: 20, to: 900, fares: (s, i) => (isAway(s) || i % 17 === 11 ? lost : {}) },
      { every: 20, to: 900, fares: (s, i) => (isAway(s) || i % 19 === 9 ? lost : {}) },
    ],
    ['of a port that is left alone', { ...pinned, fares: s => (s > 5 ? lost : {}) }, {}],
    ['when only new ports lose: a dead server among several', { ...pinned, fares: () => ({}) }, fresh],
    [
      'when only new ports lose, in the first seconds',
      { ...pinned, to: 3, fares: () => ({}) },
      { to: 3, fares: (_, i) => (i % 2 === 0 ? lost : {}) },
    ],
    [
      'when every other question is lost',
      { ...pinned, fares: (_, i) => (i % 2 === 0 ? lost : {}) },
      { fares: (_, i) => (i % 2 === 0 ? lost : {}) },
    ],
    ['of one in a thousand', { ...pinned, to: 200, fares: losing(0.001, 1) }, { to: 200, fares: losing(0.001, 2) }],
    ['when somebody refuses', { ...pinned, fares: (s, i) => (i % 7 === 0 ? refused : losing(0.2, 1)(s, i)) }, fresh],
    ['without a port that asks on', { probe: 'other', fares: () => ({}) }, fresh],
  ])('%s', (_, one, other) => {
    expect(judge(series(one), series(other), [looked(210)])).toEqual([])
  })

  test('when what was missed comes late', () => {
    const missed = series(fresh).filter(each => 'fate' in each && each.fate === 'timeout')
    const late = missed.map(({ at }) => ({ ...strayed(0, {}, 'late', { tookUs: 3e6 }), at: at + 2000 }))
    expect(judge(series(pinned), series(fresh), late, [looked(40)])).toEqual([])
  })
})
