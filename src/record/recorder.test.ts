import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { frozen } from '../../test/frozen.ts'
import { histories, identity } from '../../test/histories.ts'
import type { Observation, OfCohort, OfProbe, Told } from '../outcome/observation.ts'
import { total } from '../stats/buckets.ts'
import { endings } from './endings.ts'
import { mostSeries } from './naming.ts'
import { recorder } from './recorder.ts'
import { type CohortSeries, isFault, type Snapshot } from './snapshot.ts'

const of: OfCohort = { side: 'client', kind: 'tcp-hold', cohort: 'quiet', path: 'service' }
const probe: OfProbe = { side: 'client', kind: 'dns', probe: 'cluster', server: '1', mode: 'fresh' }

/** A recorder that was told this, each at its second. */
function after(...told: readonly (readonly [atS: number, Told])[]) {
  const into = recorder()
  for (const [s, news] of told) into.fold({ ...news, at: s * 1000, steady: s * 1000 })
  return into
}

const opened = (id: string): Told => ({ type: 'opened', ...of, id, peer: identity('server-1'), tookUs: 500 })
const exchanged = (id: string, idleS: number, tookS = 0): Told => ({
  ...of,
  type: 'exchanged',
  id,
  speaker: 'client',
  idleMs: idleS * 1000,
  tookUs: tookS * 1e6,
})
const ended = (id: string | undefined, idleS: number, more: object = {}): Told => ({
  ...of,
  type: 'ended',
  ...(id !== undefined && { id }),
  fate: 'reset',
  phase: 'exchange',
  code: 'ECONNRESET read',
  planned: false,
  idleMs: idleS * 1000,
  tookUs: 0,
  exchanges: 0,
  lifetimeMs: idleS * 1000,
  zombie: false,
  ...more,
})
const began: Told = { type: 'began', side: 'client', identity: identity('self'), version: '0.1.0' }
const only = ({ cohorts }: Snapshot): CohortSeries => cohorts[0] as CohortSeries // each story here has one

test('what opened is open, ended, or without a fate; every end and every fault is counted', () => {
  fc.assert(
    fc.property(histories, history => {
      const into = recorder()
      for (const observation of history) into.fold(observation)
      for (const { side, kind, cohort, path, ...series } of into.snapshot().cohorts) {
        const own = history.filter(each => 'cohort' in each && each.side === side && each.kind === kind)
        const mine = own.filter(each => 'cohort' in each && each.cohort === cohort && each.path === path)
        const ends = mine.filter(each => each.type === 'ended')
        const ofOpened = ends.filter(({ id }) => id !== undefined)
        expect(series.opened).toBe(mine.filter(each => each.type === 'opened').length)
        expect(series.open + series.fateless + ofOpened.length).toBe(series.opened)
        expect(series.ends.reduce((sum, { count }) => sum + count, 0)).toBe(ends.length)
        expect(total(series.lifetime)).toBe(ofOpened.length)
        expect(total(series.idleAtDeath)).toBeLessThanOrEqual(ofOpened.length)
        expect(series.suspects).toBe(mine.filter(each => each.suspect).length)
        expect(series.exposureMs).toBeGreaterThanOrEqual(0)
      }
      for (const { asked, fates } of into.snapshot().probes)
        expect(Object.values(fates).reduce((sum, count) => sum + count, 0)).toBe(asked)
      const faults = into.snapshot().faults.map(({ at }) => at)
      expect(faults).toEqual([...faults].sort((a, b) => b - a))
    }),
  )
})

test('exposure is the sum of all silences, whoever is asked and whenever', () => {
  fc.assert(
    fc.property(histories, history => {
      const into = recorder()
      const silent = new Map<string, number>() // connection to the start of its silence: the account the recorder avoids
      let [over, newest] = [0, 0]
      for (const observation of history) {
        if (observation.type === 'began') {
          for (const since of silent.values()) over += newest - since
          silent.clear()
        }
        newest = observation.steady
        if (observation.type === 'opened') silent.set(observation.id, newest)
        if (observation.type === 'exchanged') silent.set(observation.id, newest)
        if (observation.type === 'ended' && observation.id) silent.delete(observation.id)
        if (observation.type === 'exchanged' || (observation.type === 'ended' && observation.id))
          over += observation.idleMs
        into.fold(observation)
      }
      const now = { at: 0, steady: newest + 1000 }
      const going = [...silent.values()].reduce((sum, since) => sum + now.steady - since, 0)
      const told = into.snapshot(now).cohorts.reduce((sum, { exposureMs }) => sum + exposureMs, 0)
      expect(Math.abs(told - over - going)).toBeLessThanOrEqual(1e-3 + (over + going) * 1e-9)
    }),
  )
})

test('a silence counts while it goes on, a slow exchange does not, and nothing shown is taken back', () => {
  const into = after([0, began], [10, opened('a')], [10, opened('b')])
  const exposureAt = (s: number) => only(into.snapshot({ at: 0, steady: s * 1000 })).exposureMs / 1000
  expect(exposureAt(40)).toBe(60)
  into.fold({ ...exchanged('a', 30, 5), at: 45_000, steady: 45_000 })
  expect(exposureAt(45)).toBe(65) // 30 s of a, 35 s of b
  expect(exposureAt(50)).toBe(75)
  into.fold({ ...ended('b', 37, { tookUs: 5e6 }), at: 52_000, steady: 52_000 })
  expect(exposureAt(52)).toBe(75) // in truth 74: the exchange that failed was shown as silence for a while
  expect(exposureAt(60)).toBe(82)
})

test('connections of the run before have no fate, and were silent up to its last sign of life', () => {
  const into = after([0, began], [10, opened('a')], [20, opened('b')])
  into.pass({ at: 30_000, steady: 30_000 })
  into.fold({ ...began, at: 90_000, steady: 40 })
  const { open, opened: all, fateless, exposureMs } = only(into.snapshot({ at: 0, steady: 60_000 }))
  expect({ open, all, fateless, exposureMs }).toEqual({ open: 0, all: 2, fateless: 2, exposureMs: 30_000 })
  expect(into.snapshot().runs).toBe(2)
})

test('what is declared is there from the start, with a zero for every ending', () => {
  const into = recorder()
  into.fold({ type: 'declared', series: of, at: 0, steady: 0 })
  into.fold({ type: 'declared', series: probe, at: 0, steady: 0 })
  const { cohorts, probes } = into.snapshot()
  expect(cohorts).toMatchObject([{ ...of, open: 0, exposureMs: 0 }])
  expect(cohorts[0]?.ends).toEqual(endings.map(ending => ({ ...ending, count: 0 })))
  expect(probes).toMatchObject([{ ...probe, asked: 0, fates: { ok: 0, timeout: 0 }, strays: { late: 0 } }])
})

test('what is retired is there no more for who looks now, and comes back as it was', () => {
  const into = after([0, { type: 'declared', series: of }], [1, opened('c1')], [2, { type: 'retired', series: of }])
  expect(only(into.snapshot())).toMatchObject({ current: false, opened: 1 })
  into.fold({ type: 'declared', series: of, at: 3000, steady: 3000 })
  expect(only(into.snapshot())).toMatchObject({ current: true, opened: 1 })
})

test('an ending outside the list finds its place: a bug is never planned, our own stop always is', () => {
  const into = after(
    [0, ended(undefined, 0, { fate: 'bug', phase: 'connect', planned: true })],
    [1, ended(undefined, 0, { fate: 'cancelled', phase: 'connect' })],
    [2, ended(undefined, 0, { fate: 'wrong-source', phase: 'idle' })],
  )
  const counted = only(into.snapshot()).ends.filter(({ count }) => count > 0)
  expect(counted).toEqual([
    { fate: 'cancelled', phase: 'connect', planned: true, count: 1 },
    { fate: 'bug', phase: 'connect', planned: false, count: 1 },
    { fate: 'bug', phase: 'idle', planned: false, count: 1 },
  ])
  expect(into.snapshot().faults.map(({ fate }) => fate)).toEqual(['bug', 'bug'])
})

test('a planned end is no fault; suspect times are counted as suspect and stay out of the latencies', () => {
  const into = after([0, opened('a')], [10, ended('a', 10, { fate: 'closed', planned: true })])
  into.fold({
    ...probe,
    type: 'asked',
    fate: 'ok',
    phase: 'wait',
    code: '',
    tookUs: 9e5,
    suspect: true,
    at: 1,
    steady: 1,
  })
  const { faults, cohorts, probes } = into.snapshot()
  expect(faults).toEqual([])
  expect(cohorts[0] && total(cohorts[0].idleAtDeath)).toBe(0)
  expect([probes[0]?.asked, probes[0]?.suspects, probes[0]?.latency.all.totalCount]).toEqual([1, 1, 0])
})

test('the listening side answers exchanges and measures none', () => {
  const into = after(
    [0, { ...opened('a'), side: 'server' } as Told],
    [9, { ...exchanged('a', 9), side: 'server' } as Told],
  )
  expect([only(into.snapshot()).exchanges, only(into.snapshot()).exchange.all.totalCount]).toEqual([1, 0])
})

test('whatever a stranger names, series and lists stay bounded, and nothing is lost from the sums', () => {
  const into = recorder()
  for (let i = 0; i < 3000; i++) {
    const stamp = { at: i, steady: i }
    into.fold({ ...ended(undefined, 0), cohort: `c${i}`, ...stamp } as Observation)
    into.fold({
      ...probe,
      probe: `p${i}`,
      type: 'asked',
      fate: 'timeout',
      phase: 'wait',
      code: '',
      tookUs: 1,
      ...stamp,
    })
    into.fold({ ...probe, type: 'asked', fate: 'ok', phase: 'wait', code: '', rcode: `R${i}`, tookUs: 1, ...stamp })
    into.fold({ type: 'rejected', side: 'server', kind: 'tcp-hold', reason: `because ${i}`, ...stamp })
  }
  const { cohorts, probes, rejected, faults } = into.snapshot()
  expect(cohorts.length).toBe(mostSeries + 1)
  expect(cohorts.at(-1)).toMatchObject({ kind: 'other', cohort: 'other' })
  expect(cohorts.reduce((sum, { ends }) => sum + ends.reduce((all, { count }) => all + count, 0), 0)).toBe(3000)
  expect(probes.length).toBe(mostSeries + 1)
  expect(probes.reduce((sum, { asked }) => sum + asked, 0)).toBe(6000)
  const codes = probes.flatMap(({ rcodes }) => Object.entries(rcodes))
  expect([codes.length, codes.find(([code]) => code === 'other')?.[1]]).toEqual([64, 3000 - 63])
  expect([rejected.length, rejected.reduce((sum, { count }) => sum + count, 0)]).toEqual([65, 3000])
  expect(faults.length).toBe(200)
  expect(faults[0]?.at).toBe(2999)
})

test('a configured series finds a seat even in a crowd', () => {
  const into = recorder()
  for (let i = 0; i < 300; i++) into.fold({ ...opened('x'), cohort: `c${i}`, at: i, steady: i } as Observation)
  into.fold({ type: 'declared', series: of, at: 0, steady: 0 })
  into.fold({ ...opened('mine'), at: 1, steady: 1 })
  expect(into.snapshot().cohorts.find(({ cohort }) => cohort === of.cohort)?.opened).toBe(1)
})

test('nonsense times spoil no sum', () => {
  const into = after([0, opened('a')], [1, { ...exchanged('a', Number.NaN), tookUs: -5 } as Told], [2, ended('a', -3)])
  const { exposureMs, exchange } = only(into.snapshot())
  expect([exposureMs, exchange.all.totalCount]).toEqual([0, 0])
})

test('a checkpoint through JSON at any moment changes nothing', () => {
  fc.assert(
    fc.property(histories, fc.nat(), (history, seed) => {
      const at = seed % (history.length + 1)
      const [straight, first, second] = [recorder(), recorder(), recorder()]
      for (const observation of history) straight.fold(observation)
      for (const observation of history.slice(0, at)) first.fold(observation)
      second.restore(JSON.parse(JSON.stringify(first.state())))
      for (const observation of history.slice(at)) second.fold(observation)
      expect(frozen(second.snapshot())).toEqual(frozen(straight.snapshot()))
    }),
    { numRuns: 50 },
  )
})

test('a checkpoint that is none is refused and changes nothing', () => {
  const into = after([0, opened('a')])
  const before = frozen(into.snapshot())
  const good = into.state()
  for (const bad of [
    {},
    null,
    { ...good, cohorts: [{}] },
    { ...good, cohorts: [{ ...good.cohorts[0], connect: { hdr: 'x' } }] },
  ])
    expect(() => into.restore(bad)).toThrow()
  expect(frozen(into.snapshot())).toEqual(before)
})

test('interval histograms hold what came since they were last taken', () => {
  const into = after([0, opened('a')], [9, exchanged('a', 9, 0.001)])
  const taken: [string, number][] = []
  const take = () => into.takeIntervals((tag, { totalCount }) => taken.push([tag, totalCount]))
  take()
  take()
  expect(taken).toEqual([
    ['client.tcp-hold.quiet.service.exchange', 1],
    ['client.tcp-hold.quiet.service.connect', 1],
  ])
})

test('every fault in the list is one', () => {
  fc.assert(
    fc.property(histories, history => {
      const into = recorder()
      for (const observation of history) into.fold(observation)
      expect(into.snapshot().faults.every(isFault)).toBe(true)
    }),
    { numRuns: 30 },
  )
})

test('what was counted together counts as many', () => {
  const into = recorder()
  const stamp = { at: 0, steady: 0 }
  const of = { side: 'client', kind: 'dns', probe: 'dns', server: '1', mode: 'pinned' } as const
  into.fold({ type: 'rejected', side: 'server', kind: 'tcp-hold', reason: 'flood', ...stamp })
  into.fold({ type: 'rejected', side: 'server', kind: 'tcp-hold', reason: 'flood', count: 41, ...stamp })
  into.fold({ type: 'strayed', ...of, what: 'foreign', count: 7, ...stamp })
  const { rejected, probes } = into.snapshot()
  expect([rejected[0]?.count, probes[0]?.strays.foreign]).toEqual([42, 7])
})
