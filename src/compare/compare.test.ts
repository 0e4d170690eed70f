import { expect, test } from 'vitest'
import { type SimulatedCohort, simulatedRun, simulationBegan } from '../../test/pools.ts'
import type { Observation } from '../outcome/observation.ts'
import { compareRates } from '../stats/poisson.ts'
import { compare } from './compare.ts'
import type { Demands } from './decide.ts'
import { gather } from './gather.ts'
import { notesOf } from './notes.ts'
import { parsePool } from './pool.ts'
import { sentenceOf } from './sentence.ts'

const usual: Demands = { alpha: 0.05, power: 0.8, ratio: 2 }

function pool(name: 'A' | 'B', lines: readonly Observation[], text = '') {
  const into = gather(parsePool(name, text), {})
  for (const line of lines) into.line(line)
  return into.end()
}

function compared(
  a: readonly SimulatedCohort[],
  b: readonly SimulatedCohort[],
  { hours = 10, demands = usual, seed = 1 }: { hours?: number; demands?: Demands; seed?: number } = {},
) {
  const comparison = compare(
    pool('A', simulatedRun(a, { hours, seed })),
    pool('B', simulatedRun(b, { hours, seed: seed + 1000 })),
    demands,
  )
  return { ...comparison, says: sentenceOf(comparison), notes: notesOf(comparison) }
}

const quiet = (rate: number, more: Partial<SimulatedCohort> = {}): SimulatedCohort => ({
  cohort: 'quiet',
  connections: 40,
  idleMs: 600_000,
  rate,
  ...more,
})

const small = (rate: number) => [quiet(rate, { connections: 12 })]

test('whole runs with equal rates: worse no more often than alpha promises; three times the rate: found as often as power promises', () => {
  const rounds = 100
  let [called, found] = [0, 0]
  for (let seed = 1; seed <= rounds; seed++) {
    if (compared(small(0.15), small(0.15), { seed, hours: 12 }).decision.result === 'worse') called += 1
    if (compared(small(0.15), small(0.45), { seed, hours: 12 }).decision.result === 'worse') found += 1
  }
  expect(called / rounds).toBeLessThanOrEqual(0.05)
  expect(found / rounds).toBeGreaterThanOrEqual(0.8) // some 21 against 60 faults
})

test('worse says how much worse, and how sure that is', () => {
  const { decision, says, total, survival } = compared([quiet(0.02)], [quiet(0.15)])
  expect(decision.result).toBe('worse')
  expect(says).toMatch(
    /^B is worse: B loses \d+ connections in 1000 connection-hours, A \d+(\.\d)?, [\d.]+ times as many \([\d.]+ to [\d.]+\); p < 0\.0001\.$/,
  )
  expect(total.ratio.low).toBeLessThan(7.5)
  expect(total.ratio.high).toBeGreaterThan(7.5)
  expect(survival.test.p).toBeLessThan(0.001)
})

test('too little exposure says how much more it takes, of connections and of time', () => {
  const { says } = compared([quiet(0.005)], [quiet(0.005)])
  expect(says).toMatch(
    /^Too little exposure to tell: .*; only a rate [\d.]+ times as high would have been found\. To find 2 times the rate takes [\d.k]+ connection-hours more in A and [\d.k]+ connection-hours more in B: .+ at this pace\.$/,
  )
})

test('nobody lost: what would have been found, and at least so much more', () => {
  const { says } = compared([quiet(0)], [quiet(0)])
  expect(says).toMatch(
    /neither lost a connection, in 3\d\d connection-hours and 3\d\d connection-hours; B would have been found worse at 1\d\.\d per 1000 connection-hours or more\. To find 2 times the rate takes at least/,
  )
})

test('the mix of cohorts makes no difference: like is compared with like', () => {
  const [deadly, safe] = [quiet(2, { cohort: 'deadly' }), quiet(0.01, { cohort: 'safe' })]
  const few = { ...deadly, connections: 8 }
  const { decision, rows, total } = compared([few, safe], [deadly, safe])
  expect(decision.result).not.toBe('worse')
  expect(rows.map(({ called }) => called)).toEqual(['deadly', 'safe'])
  const crude = compareRates(total.b.faults, total.a.faults)
  expect(crude.p).toBeLessThan(1e-9)
  expect(total.ratio.p).toBeGreaterThan(0.05)
})

test('cohorts without their like are named and left out; where none has one, the pools are wholes', () => {
  const some = compared([quiet(0.1), quiet(5, { cohort: 'old' })], [quiet(0.1), quiet(5, { cohort: 'new' })])
  expect(some.notes).toEqual(
    expect.arrayContaining(['only A has old (service): not compared', 'only B has new (service): not compared']),
  )
  expect(some.total.a.faults.events).toBeLessThan(100)
  const none = compared([quiet(0.1)], [quiet(0.1, { cohort: 'other' })])
  expect(none.notes).toContain(
    'no cohort of A has its like in B (kind, path and name): the pools are compared as wholes',
  )
  expect(none.total.b.faults.exposure).toBeGreaterThan(300)
})

test('what a star stands for pairs canary and baseline of one run', () => {
  const run = simulatedRun(
    [
      quiet(0.02, { cohort: 'baseline-a' }),
      quiet(0.02, { cohort: 'baseline-b' }),
      quiet(0.3, { cohort: 'canary-a' }),
      quiet(0.02, { cohort: 'canary-b' }),
    ],
    { hours: 10, seed: 3 },
  )
  const comparison = compare(pool('A', run, ':cohort=baseline-*'), pool('B', run, ':cohort=canary-*'), usual)
  expect(comparison.rows.map(({ called }) => called)).toEqual(['a', 'b'])
  expect(comparison.decision.result).toBe('worse')
  expect(comparison.rows.map(({ ratio }) => ratio.p < 0.001)).toEqual([true, false])
})

test('one burst of faults is told, with what it would mean if it were one event', () => {
  const run = simulatedRun([quiet(0)], { hours: 10, seed: 1 })
  const at = run.findIndex(({ steady }) => steady > 5 * 3_600_000)
  const flushed = [...run.slice(0, at), ...flush(20, run[at]?.steady ?? 0)]
  const comparison = compare(pool('A', run), pool('B', flushed), usual)
  expect(comparison.decision.result).toBe('worse')
  expect(notesOf(comparison).join()).toMatch(
    /B: 20 of its 20 faults came within 1\.9s at 2026-11-20 15:0\d:\d\d: if one event \(a flush, a restart\) was behind them, it counts once, and with every burst as one fault p = /,
  )
  expect(comparison.asBursts.p).toBeGreaterThan(0.3)
})

test('unlike silences are told', () => {
  const { notes } = compared([quiet(0)], [quiet(0, { idleMs: 300_000 })])
  expect(notes.join()).toContain("half of A's silences last 10m or less, half of B's 5m")
})

test('a canary that never comes up is worse; attempts that fail here and there are shown, and decide nothing', () => {
  const run = simulatedRun([quiet(0)], { hours: 10, seed: 1 })
  const [began, first] = [run.slice(0, 1), run.slice(0, 2)]
  const never = compare(pool('A', run), pool('B', [...began, ...refused(30)]), usual)
  expect(sentenceOf(never)).toBe(
    'B is worse: quiet never came up (30 of 30 attempts of B to connect failed), and what it is compared with in A did.',
  )
  const some = compare(pool('A', run), pool('B', [...first, ...refused(30)]), usual)
  expect(some.decision.result).toBe('too little exposure')
  expect(some.connects).toEqual({ a: { failed: 0, of: 40 }, b: { failed: 30, of: 31 }, neverUp: [] })
  expect(compare(pool('A', [...began, ...refused(30)]), pool('B', run), usual).decision.result).toBe(
    'too little exposure',
  )
})

test('percentiles of both, with intervals, and their ratio', () => {
  const { latencies } = compared([quiet(0)], [quiet(0, { medianUs: 1600 })], { hours: 4 })
  const p50 = latencies.find(({ percent }) => percent === 50)
  expect(p50?.ratio?.low).toBeGreaterThan(1.7)
  expect(p50?.ratio?.low).toBeLessThan(2)
  expect(p50?.ratio?.high).toBeGreaterThan(2)
  expect(p50?.ratio?.high).toBeLessThan(2.3)
  expect(p50?.a.low).toBeLessThan(800)
  expect(p50?.a.high).toBeGreaterThan(800)
  const p999 = latencies.find(({ percent }) => percent === 99.9)
  expect([p999?.a.low, p999?.ratio]).toEqual([undefined, undefined]) // one in a thousand, of a thousand
})

/** So many connections reset within two seconds. */
const flush = (count: number, steady: number): Observation[] =>
  Array.from({ length: count }, (_, i) => ({ ...ending, ...stamp(steady + i * 100), id: `c-quiet-${i}-0` }))

const refused = (count: number): Observation[] =>
  Array.from({ length: count }, (_, i) => ({
    ...ending,
    ...stamp(60_000 + i * 100),
    fate: 'refused',
    phase: 'connect',
    code: 'ECONNREFUSED connect',
  }))

const stamp = (steady: number) => ({ steady, at: simulationBegan + steady })
const ending = {
  type: 'ended',
  side: 'client',
  kind: 'tcp-hold',
  cohort: 'quiet',
  path: 'service',
  fate: 'reset',
  phase: 'idle',
  code: 'ECONNRESET read',
  planned: false,
  zombie: false,
  idleMs: 1000,
  tookUs: 0,
  exchanges: 1,
  lifetimeMs: 1000,
} as const
