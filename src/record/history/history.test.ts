import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { histories, identity } from '../../../test/histories.ts'
import type { OfCohort, Told } from '../../outcome/observation.ts'
import { recorder } from '../recorder.ts'
import type { Past, Shown } from './history.ts'
import { cohortColumns, probeColumns } from './readings.ts'
import { spanNames, spans } from './spans.ts'

const of: OfCohort = { side: 'client', kind: 'tcp-hold', cohort: 'quiet', path: 'service' }
const opened: Told = { type: 'opened', ...of, id: 'c1', peer: identity('server-1'), tookUs: 500 }
const died = (idleS: number): Told => ({
  ...of,
  type: 'ended',
  id: 'c1',
  fate: 'reset',
  phase: 'exchange',
  code: 'ECONNRESET read',
  planned: false,
  idleMs: idleS * 1000,
  tookUs: 0,
  exchanges: 0,
  lifetimeMs: idleS * 1000,
  zombie: false,
})
const began: Told = { type: 'began', side: 'client', identity: identity('self'), version: '0.1.0' }
const s = (seconds: number) => ({ at: seconds * 1000, steady: seconds * 1000 })

/** By how many slices ago, what the only series counted in one column. */
function column(shown: Shown, name: (typeof cohortColumns)[number]): Record<number, number> {
  const [past] = shown.series
  const rows = [...(past?.rows ?? [])].map(([slice, row]) => [
    shown.newest - slice,
    row[cohortColumns.indexOf(name)] ?? 0,
  ])
  return Object.fromEntries(rows.filter(([, value]) => value !== 0))
}

const sumOf = ({ rows }: Past, at: number): number => [...rows.values()].reduce((sum, row) => sum + (row[at] ?? 0), 0)

test('a silence is exposure in every slice that it lasts through, and its end is in the slice it came in', () => {
  const into = recorder()
  into.fold({ ...opened, ...s(10) })
  into.fold({ ...died(65), ...s(75) })
  expect(column(into.history('hour', s(85)), 'exposureMs')).toEqual({
    3: 20_000,
    2: 20_000,
    1: 20_000,
    0: 5000,
  })
  expect(column(into.history('hour', s(85)), 'resets')).toEqual({ 0: 1 })
  expect(column(into.history('day', s(85)), 'exposureMs')).toEqual({ 0: 65_000 })
})

test('whoever looks, and however often, changes nothing', () => {
  fc.assert(
    fc.property(histories, fc.array(fc.nat(50)), (all, looks) => {
      const [watched, alone] = [recorder(), recorder()]
      for (const [i, observation] of all.entries()) {
        if (looks.includes(i)) watched.history('hour', { at: observation.at, steady: watched.state().steady })
        watched.fold(observation)
        alone.fold(observation)
      }
      for (const span of spanNames) expect(plain(watched.history(span))).toEqual(plain(alone.history(span)))
    }),
  )
})

test('series are shown in one order, whichever was counted first', () => {
  const other: OfCohort = { ...of, cohort: 'a-later-one' }
  const [watched, alone] = [recorder(), recorder()]
  for (const into of [watched, alone]) {
    into.fold({ ...opened, ...s(1) })
    if (into === watched) into.history('hour')
    into.fold({ ...opened, ...other, id: 'c2', ...s(2) })
  }
  const order = (into: typeof watched) =>
    into.history('hour').series.map(series => 'cohort' in series.of && series.of.cohort)
  expect(order(watched)).toEqual(['a-later-one', 'quiet'])
  expect(order(alone)).toEqual(order(watched))
})

test('the slices of a span together are what was counted, while nothing is older', () => {
  fc.assert(
    fc.property(histories, all => {
      const into = recorder()
      for (const observation of all) into.fold(observation)
      const { series } = into.history('week')
      for (const probe of into.snapshot().probes) {
        const past = series.find(
          ({ of }) =>
            'probe' in of &&
            of.probe === probe.probe &&
            of.server === probe.server &&
            of.mode === probe.mode &&
            of.kind === probe.kind,
        )
        expect(past ? sumOf(past, probeColumns.indexOf('asked')) : 0).toBe(probe.asked)
      }
      for (const cohort of into.snapshot().cohorts) {
        const past = series.find(
          ({ of }) =>
            'cohort' in of &&
            of.cohort === cohort.cohort &&
            of.side === cohort.side &&
            of.kind === cohort.kind &&
            of.path === cohort.path,
        )
        expect(past ? sumOf(past, cohortColumns.indexOf('opened')) : 0).toBe(cohort.opened)
        if (past)
          expect(sumOf(past, cohortColumns.indexOf('planned'))).toBe(
            cohort.ends.reduce((sum, end) => sum + (end.planned ? end.count : 0), 0),
          )
      }
    }),
  )
})

test('it goes on after a restart, with a hole as long as nobody was there', () => {
  const into = recorder()
  into.fold({ ...began, ...s(0) })
  into.fold({ ...opened, ...s(1) })
  into.fold({ ...died(20), ...s(21) })
  const next = recorder()
  next.restore(JSON.parse(JSON.stringify(into.state())))
  next.fold({ ...began, at: 121_000, steady: 5000 })
  next.fold({ ...opened, at: 131_000, steady: 15_000 })
  const shown = next.history('hour', { at: 161_000, steady: 45_000 })
  expect(column(shown, 'resets')).toEqual({ 7: 1 })
  expect(column(shown, 'opened')).toEqual({ 8: 1, 2: 1 })
  expect(shown.startAt + (shown.newest - shown.first) * spans.hour.everyMs).toBe(160_000)
})

test('a checkpoint from before there was a past: what was counted then is nobody’s slice', () => {
  const into = recorder()
  into.fold({ ...opened, ...s(1) })
  const { history: _, ...before } = into.state()
  const next = recorder()
  next.restore(JSON.parse(JSON.stringify(before)))
  next.fold({ ...died(60), ...s(61) })
  expect(column(next.history('hour'), 'opened')).toEqual({})
  expect(column(next.history('hour'), 'resets')).toEqual({ 0: 1 })
})

test('a week later an hour is empty, and a second week forgets the first', () => {
  const into = recorder()
  into.fold({ ...opened, ...s(1) })
  into.fold({ ...died(60), ...s(61) })
  const days = (n: number) => s(n * 86_400)
  expect(column(into.history('hour', days(6)), 'resets')).toEqual({})
  expect(column(into.history('week', days(6)), 'resets')).toEqual({ 143: 1 })
  expect(column(into.history('week', days(8)), 'resets')).toEqual({})
  expect(into.history('week', days(8)).series.map(({ rows }) => rows.size)).toEqual([0])
})

test('the clock that is set right moves all of it', () => {
  const into = recorder()
  into.fold({ ...opened, ...s(1) })
  const wrong = into.history('hour', s(100))
  const right = into.history('hour', { at: 1_795_000_100_000, steady: 100_000 })
  expect(right.startAt - wrong.startAt).toBe(1_795_000_000_000)
})

/** As JSON would have it, exposure aside by what floating point adds differently. */
const plain = ({ series, ...rest }: Shown) => ({
  ...rest,
  series: series.map(({ of, rows }) => ({ of, rows: [...rows].map(([at, row]) => [at, ...row.map(Math.round)]) })),
})
