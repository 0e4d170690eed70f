import { expect, test } from 'vitest'
import { exampleVerdict } from '../../test/verdicts.ts'
import { exampleCohort, exampleProbe, exampleSnapshot } from '../../test/web-example.ts'
import type { SurvivalSeries } from './survival.ts'
import { sentences } from './sentence.ts'

const began = Date.UTC(2026, 10, 21, 6)
const noon = Date.UTC(2026, 10, 21, 12)
const run = {
  at: began,
  side: 'pair',
  version: '0.1.0',
  identity: { pod: 'p', node: 'n', ip: '10.0.0.7', instance: 'f' },
} as const
const said = (given: Parameters<typeof exampleSnapshot>[0]) =>
  sentences(exampleSnapshot({ run, probes: [], ...given }), noon)

const well = (open: number, more: object = {}) => exampleCohort({ open, ends: [], ...more })
const died = { fate: 'reset', phase: 'exchange', planned: false } as const

test('all is well, and since when', () => {
  expect(said({ cohorts: [well(150), well(250)] })).toEqual(['All 400 connections alive for 6h.'])
  expect(said({ cohorts: [well(1)] })).toEqual(['All 1 connection alive for 6h.'])
})

test('a goodbye is no loss', () => {
  const ends = [{ fate: 'closed', phase: 'idle', planned: true, count: 30 } as const]
  expect(said({ cohorts: [exampleCohort({ open: 30, ends })] })).toEqual(['All 30 connections alive for 6h.'])
})

test('some were lost: how many, and when last', () => {
  const lastEnd = { ...died, at: noon - 180_000, code: 'ECONNRESET read' }
  const cohorts = [well(60), exampleCohort({ open: 40, ends: [{ ...died, count: 12 }], lastEnd })]
  expect(said({ cohorts })).toEqual(['100 connections alive; 12 lost, the last 3m ago.'])
})

test('a server counts what it holds itself; a pair what its clients hold', () => {
  expect(said({ cohorts: [well(8, { side: 'server' })] })).toEqual(['All 8 connections alive for 6h.'])
  expect(said({ cohorts: [well(8, { side: 'server' }), well(7)] })).toEqual(['All 7 connections alive for 6h.'])
})

test('cohorts of runs before, and nothing at all', () => {
  expect(said({ cohorts: [well(9, { current: false })] })).toEqual(['No connection is held.'])
  expect(said({ cohorts: [] })).toEqual(['No connection is held.'])
})

test('who asks only is told of what was asked', () => {
  const unanswered = exampleProbe()
  const answered = exampleProbe({ asked: 1, fates: { ...unanswered.fates, ok: 1, timeout: 0 } })
  expect(said({ cohorts: [], probes: [unanswered] })).toEqual(['100 questions asked, 1 without an answer.'])
  expect(said({ cohorts: [], probes: [answered] })).toEqual(['1 question asked, all answered.'])
  expect(said({ cohorts: [], probes: [exampleProbe({ asked: 0 })] })).toEqual(['No question was asked yet.'])
  expect(said({ cohorts: [well(5)], probes: [answered] })).toHaveLength(2)
})

test('what is wrong comes first; a plan is not wrong', () => {
  const [first, ...rest] = said({
    cohorts: [well(5)],
    verdicts: [exampleVerdict({ state: 'open' }), exampleVerdict({ state: 'open', id: 'b' })],
  })
  expect(first).toMatch(/, and 1 more verdict\.$/)
  expect(rest).toEqual(['All 5 connections alive for 6h.'])
  expect(said({ cohorts: [well(5)], verdicts: [exampleVerdict({ state: 'open', planned: true })] })).toHaveLength(1)
})

test('when silences die, and what survives', () => {
  const series = {
    of: { path: 'service', kind: 'tcp-hold', speaker: 'client', keepalive: 'off' },
    timeout: { lowMs: 880_000, highMs: 905_000 },
    recommended: { idleS: 290, intervalS: 30, count: 3 },
  } as unknown as SurvivalSeries
  expect(said({ cohorts: [well(5)], survival: [series] })[1]).toBe(
    'Silences of path service (tcp-hold, client speaks, keepalive off) die between 14m 40s and 15m 5s; keepalive idle 4m 50s survives.',
  )
})
