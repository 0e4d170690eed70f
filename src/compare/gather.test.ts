import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { histories, identity } from '../../test/histories.ts'
import { simulatedRun, simulationBegan } from '../../test/pools.ts'
import type { Ended, Exchanged, Observation, Opened, Stamp, Told } from '../outcome/observation.ts'
import { isFault } from '../record/snapshot.ts'
import { recorder } from '../record/recorder.ts'
import { gather, type Gathered, type Range } from './gather.ts'
import { parsePool } from './pool.ts'
import { latenciesOf, livesTogether, type SeenSeries } from './seen.ts'

function gathered(lines: readonly Observation[], range: Range = {}, text = ''): Gathered {
  const into = gather(parsePool('A', text), range)
  for (const line of lines) into.line(line)
  return into.end()
}

const sum = (
  series: readonly SeenSeries[],
  field: 'exposureMs' | 'opened' | 'resets' | 'otherFaults' | 'unconnected',
) => series.reduce((all, each) => all + each[field], 0)

test('of a whole journal it is what the report says', () => {
  fc.assert(
    fc.property(histories, lines => {
      const into = recorder()
      for (const line of lines) into.fold(line)
      const clients = into.snapshot().cohorts.filter(({ side }) => side === 'client')
      fc.pre(clients.length > 0)
      const { series } = gathered(lines)
      expect(sum(series, 'exposureMs')).toBeCloseTo(
        clients.reduce((all, { exposureMs }) => all + exposureMs, 0),
        3,
      )
      expect(sum(series, 'opened')).toBe(clients.reduce((all, { opened }) => all + opened, 0))
      const faults = clients.flatMap(({ ends }) => ends.filter(isFault)).reduce((all, { count }) => all + count, 0)
      expect(sum(series, 'resets') + sum(series, 'otherFaults') + sum(series, 'unconnected')).toBe(faults)
      expect(latenciesOf(series).reduce((all, { count }) => all + count, 0)).toBe(
        clients.reduce((all, { exchange }) => all + exchange.all.totalCount, 0),
      )
    }),
  )
})

test('two halves are the whole, wherever it is cut', () => {
  fc.assert(
    fc.property(histories, fc.nat(100), (lines, percent) => {
      const into = recorder()
      for (const line of lines) into.fold(line)
      fc.pre(into.snapshot().cohorts.some(({ side }) => side === 'client'))
      const [first = 0, last = 0] = [lines[0]?.at, lines.at(-1)?.at]
      const cut = Math.round(first + ((last - first) * percent) / 100)
      fc.pre(cut > first && cut < last)
      const whole = gathered(lines, {}, ':side=client').series
      const halves = [{ to: cut }, { from: cut }].flatMap(range => {
        try {
          return gathered(lines, range, ':side=client').series
        } catch {
          return [] // no cohort was heard of before the cut
        }
      })
      for (const field of ['opened', 'resets', 'otherFaults', 'unconnected'] as const)
        expect(sum(halves, field)).toBe(sum(whole, field))
      // What was shown is never taken back, and an exchange under way at the cut was shown as silence.
      const waitedMs = lines.reduce((all, line) => all + ('tookUs' in line ? (line.tookUs ?? 0) / 1000 : 0), 0)
      const more = sum(halves, 'exposureMs') - sum(whole, 'exposureMs')
      expect(more).toBeGreaterThan(-1)
      expect(more).toBeLessThan(1 + waitedMs)
      expect(latenciesOf(halves).reduce((all, { count }) => all + count, 0)).toBe(
        latenciesOf(whole).reduce((all, { count }) => all + count, 0),
      )
    }),
  )
})

test('a checkpoint gives the sums from before the lines; a range begins after them', () => {
  const run = simulatedRun([{ cohort: 'quiet', connections: 20, idleMs: 60_000, rate: 0.5 }], { hours: 6, seed: 1 })
  const cut = run.findIndex(({ steady }) => steady > 3 * 3_600_000)
  const into = recorder()
  for (const line of run.slice(0, cut)) into.fold(line)
  const at = run[cut]?.at ?? 0
  const head = { journal: 'checkpoint', at, version: 1, state: into.state() } as const
  const rotated = (range: Range) => {
    const into = gather(parsePool('A', ''), range)
    for (const line of [head, ...run.slice(cut)]) expect(into.line(line)).toBe(true)
    return into.end()
  }
  const [all, whole] = [rotated({}), gathered(run)]
  for (const field of ['exposureMs', 'resets', 'opened'] as const)
    expect(sum(all.series, field)).toBeCloseTo(sum(whole.series, field), 3)
  expect([all.fromMs, all.linesFromMs]).toEqual([simulationBegan, at])
  const later = rotated({ from: simulationBegan })
  expect(later.fromMs).toBe(at)
  const same = gathered(run, { from: at })
  for (const field of ['resets', 'opened'] as const) expect(sum(later.series, field)).toBe(sum(same.series, field))
  // Nothing is known of the time between the checkpoint and the line before it: here up to a minute, in a journal 5 s.
  expect(Math.abs(sum(later.series, 'exposureMs') - sum(same.series, 'exposureMs'))).toBeLessThan(20 * 60_000)
  expect(sum(later.series, 'resets')).toBeLessThan(sum(all.series, 'resets'))
})

test('a checkpoint that is none is not taken', () => {
  const into = gather(parsePool('A', ''), {})
  expect(into.line({ journal: 'checkpoint', at: 1, version: 1, state: { cohorts: 'none' } })).toBe(false)
})

test('silences that began in the range are counted once, those going on at its end as survived so far', () => {
  const of = { side: 'client', kind: 'tcp-hold', cohort: 'quiet', path: 'service' } as const
  const opened = (s: number, id: string) => told(s, { type: 'opened', ...of, id, peer: identity('x'), tookUs: 1 })
  const exchanged = (s: number, id: string, idleS: number) =>
    told(s, { type: 'exchanged', ...of, id, speaker: 'client', idleMs: idleS * 1000, tookUs: 0 })
  const ended = (s: number, id: string, idleS: number, planned = false) =>
    told(s, {
      type: 'ended',
      ...of,
      id,
      fate: 'timeout',
      phase: 'exchange',
      code: 'DEADLINE',
      planned,
      idleMs: idleS * 1000,
      tookUs: 0,
      exchanges: 0,
      lifetimeMs: 0,
      zombie: false,
    })
  const lines = [
    told(0, { type: 'began', side: 'client', identity: identity('x'), version: '1' }),
    opened(0, 'a'),
    opened(0, 'b'),
    opened(10, 'c'),
    exchanged(60, 'a', 60),
    ended(60, 'b', 60, true),
    ended(130, 'a', 70),
    { ...exchanged(140, 'c', 130), suspect: true as const },
    told(200, { type: 'disturbed', what: 'loop-stall', ms: 5 }),
  ]
  const lives = (range: Range) => livesTogether(gathered(lines, range).series)
  expect(lives({})).toEqual([
    { age: 60_000, died: 0, survived: 3 }, // a, b, and c's second silence, still going on
    { age: 70_000, died: 1, survived: 0 },
  ])
  expect(lives({ from: simulationBegan + 30_000 })).toEqual([
    { age: 60_000, died: 0, survived: 1 },
    { age: 70_000, died: 1, survived: 0 },
  ])
  expect(gathered(lines).watched.bursts.client).toEqual({
    count: 1,
    largest: { faults: 1, fromMs: simulationBegan + 130_000, toMs: simulationBegan + 130_000 },
  })
})

test('lives are those that a list of all silences gives', () => {
  fc.assert(
    fc.property(histories, lines => {
      const into = recorder()
      for (const line of lines) into.fold(line)
      fc.pre(into.snapshot().cohorts.some(({ side }) => side === 'client'))
      const lives = livesTogether(gathered(lines).series)
      const died = lines.filter(
        news => held(news) && news.type === 'ended' && news.id !== undefined && isFault(news) && !news.suspect,
      )
      expect(lives.reduce((all, each) => all + each.died, 0)).toBe(died.length)
      const openings = lines.filter(news => held(news) && news.type === 'opened').length
      const exchanges = lines.filter(news => held(news) && news.type === 'exchanged').length
      const suspect = lines.filter(
        news => held(news) && news.type !== 'opened' && news.suspect && news.id !== undefined,
      ).length
      expect(lives.reduce((all, each) => all + each.died + each.survived, 0)).toBe(openings + exchanges - suspect)
    }),
  )
})

test('a range that is elsewhere, and a pool with nobody in it, say what there is', () => {
  const run = simulatedRun([{ cohort: 'quiet', connections: 2, idleMs: 60_000, rate: 0 }], { hours: 1, seed: 1 })
  expect(() => gathered(run, { from: simulationBegan + 7_200_000 })).toThrow(
    'A: the journal in ./journal goes from 2026-11-20 10:00:00 to 2026-11-20 10:59:05 (UTC): nothing of it is from 2026-11-20 12:00:00',
  )
  expect(() => gathered(run, { to: simulationBegan })).toThrow('nothing of it is to 2026-11-20 10:00:00')
  expect(() => gathered(run, {}, ':cohort=canary')).toThrow(
    'A: no cohort of the journal in ./journal is in ":cohort=canary": there are quiet (tcp-hold, service)',
  )
  expect(() => gathered(run.slice(0, 1))).toThrow('it holds no cohort at all: only held connections are compared')
  expect(() => gathered([])).toThrow('has no line that could be read')
})

const told = (s: number, news: Told): Observation => ({ ...news, at: simulationBegan + s * 1000, steady: s * 1000 })

const held = (news: Observation): news is (Opened | Exchanged | Ended) & Stamp =>
  (news.type === 'opened' || news.type === 'exchanged' || news.type === 'ended') && news.side === 'client'
