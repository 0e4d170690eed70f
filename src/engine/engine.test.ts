import { freePort } from '../../test/free-port.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { frozen } from '../../test/frozen.ts'
import { realClock } from '../clock.ts'
import { loadConfig } from '../config/load.ts'
import type { Observation } from '../outcome/observation.ts'
import { kinds } from '../probes/index.ts'
import { cohortColumns } from '../record/history/readings.ts'
import { readJournal } from '../record/journal/read.ts'
import type { Snapshot } from '../record/snapshot.ts'
import { type Engine, start } from './engine.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const probe = { kind: 'tcp-hold', name: 'quick', connections: 3, idle: '100ms', spread: '0s', deadline: '500ms' }

async function pair(settings: object, command: 'pair' | 'server' | 'client' = 'pair'): Promise<Engine> {
  const text = JSON.stringify({ web: 'off', journal: 'off', drain: '1s', ...settings })
  const { config } = loadConfig(kinds, { command, text, flags: {}, env: {} })
  const engine = await start({ config, command, clock: realClock, log: pino({ level: 'silent' }), version: 'test' })
  closers.push(() => engine.stop())
  return engine
}

const only = (half: object) => ({ 'tcp-hold': 'off', 'http-hold': 'off', 'udp-echo': 'off', dns: 'off', ...half })

async function quickPair(more: object = {}): Promise<Engine> {
  const at = `127.0.0.1:${await freePort()}`
  return pair({ server: only({ 'tcp-hold': { listen: at } }), probes: [{ ...probe, to: at }], ...more })
}

const cohort = (engine: Engine, side: string) =>
  engine.snapshot().cohorts.find(each => each.side === side && each.cohort === 'quick')

const timeless = (snapshot: Snapshot): Snapshot => ({
  ...snapshot,
  at: 0,
  cohorts: snapshot.cohorts.map(each => ({ ...each, exposureMs: 0 })),
})

test('a pair holds its connections, both sides count them, and both end them as planned', async () => {
  const engine = await quickPair()
  expect(engine.ready().parts.map(({ name }) => name)).toEqual(['server tcp-hold', 'tcp-hold quick'])
  expect(cohort(engine, 'client')).toMatchObject({ open: 0, opened: 0 }) // there before anything happened
  await expect.poll(() => cohort(engine, 'client')?.exchanges).toBeGreaterThan(5)
  expect(engine.ready().ready).toBe(true)
  expect((await engine.connections({ offset: 0, limit: 10 })).found).toHaveLength(3)
  expect(engine.ledger?.openCount).toBe(3)
  expect(cohort(engine, 'client')?.exposureMs).toBeGreaterThan(300)
  await engine.stop()
  for (const side of ['client', 'server']) {
    expect(cohort(engine, side)).toMatchObject({ open: 0, opened: 3 })
    expect(cohort(engine, side)?.ends.filter(({ count, planned }) => count > 0 && !planned)).toEqual([])
  }
})

test('a start that fails leaves nothing listening', async () => {
  const port = await freePort()
  const taken = createServer().listen(0, '127.0.0.1')
  closers.push(() => taken.close())
  await new Promise(resolve => taken.once('listening', resolve))
  const address = taken.address()
  const http = typeof address === 'object' && address ? `127.0.0.1:${address.port}` : ''
  const server = only({ 'tcp-hold': { listen: `127.0.0.1:${port}` }, 'http-hold': { listen: http } })
  await expect(pair({ server, probes: [] }, 'server')).rejects.toMatchObject({ name: 'Problem' })
  const again = await pair({ server: only({ 'tcp-hold': { listen: `127.0.0.1:${port}` } }), probes: [] }, 'server')
  expect(again.listens).toEqual([`127.0.0.1:${port}`])
})

test('what is measured while the process itself was stalled is suspect, what is measured after is not', async () => {
  const engine = await quickPair()
  const seen: Observation[] = []
  engine.subscribe(each => seen.push(each))
  await expect.poll(() => seen.some(({ type }) => type === 'exchanged')).toBe(true)
  const until = performance.now() + 400
  while (performance.now() < until);
  await expect.poll(() => seen.some(({ type }) => type === 'disturbed')).toBe(true)
  expect(engine.noise().stalls).toBeGreaterThan(0)
  const stalled = seen.findIndex(({ type }) => type === 'disturbed')
  const calm = () => seen.slice(stalled).filter(each => each.type === 'exchanged' && !each.suspect)
  await expect.poll(() => calm().length, { timeout: 5000 }).toBeGreaterThan(3)
})

/** By what it remembers of the last hour. */
function openedSoFar(engine: Engine): number {
  const opened = cohortColumns.indexOf('opened')
  const rows = engine.history('hour').series.flatMap(({ of, rows }) => ('cohort' in of ? [...rows.values()] : []))
  return rows.reduce((sum, row) => sum + (row[opened] ?? 0), 0)
}

test('the journal goes on where the run before ended', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'longhold-engine-'))
  closers.push(() => rmSync(dir, { recursive: true, force: true }))
  const journal = { dir, maxBytes: '1MiB', interval: '1s' }
  const first = await quickPair({ journal })
  await expect.poll(() => cohort(first, 'client')?.exchanges).toBeGreaterThan(2)
  await first.stop()
  const before = cohort(first, 'client')?.exchanges ?? 0
  const opened = openedSoFar(first)
  const second = await quickPair({ journal })
  expect(cohort(second, 'client')?.exchanges).toBe(before)
  expect(openedSoFar(second)).toBeGreaterThanOrEqual(opened)
  expect(opened).toBeGreaterThan(0)
  await expect.poll(() => cohort(second, 'client')?.exchanges).toBeGreaterThan(before)
  await second.stop()
  const { snapshot } = await readJournal(dir)
  expect(snapshot.runs).toBe(2)
  const shown = second.snapshot()
  // A look at an exchange under way counts its time as silence, and what was shown once is never taken back.
  const most = shown.cohorts.map(({ exposureMs }) => exposureMs)
  for (const [at, { exposureMs }] of snapshot.cohorts.entries()) expect(exposureMs).toBeLessThanOrEqual(most[at] ?? 0)
  expect(frozen(timeless(snapshot))).toEqual(frozen(timeless(shown)))
})
