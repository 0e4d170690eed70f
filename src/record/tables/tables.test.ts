import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { histories, identity } from '../../../test/histories.ts'
import type { Told } from '../../outcome/observation.ts'
import { recorder } from '../recorder.ts'
import { tables } from '../tables.ts'
import type { Cell, Table } from './table.ts'
import { textOf } from './text.ts'
import { ago, count, exposure, latency, moment, span } from './words.ts'

const of = { side: 'client', kind: 'tcp-hold', cohort: 'quiet', path: 'service' } as const
const probe = { side: 'client', kind: 'dns', probe: 'cluster', server: '1', mode: 'fresh' } as const
const hour = 3_600_000

/** Every table after this was told, each at its hour. */
function told(...news: readonly (readonly [atHour: number, Told])[]): readonly Table[] {
  const into = recorder()
  for (const [at, each] of news) into.fold({ ...each, at: Date.UTC(2026, 10, 21) + at * hour, steady: at * hour })
  return tables(into.snapshot())
}

const named = (all: readonly Table[], title: string): Table => all.find(table => table.title === title) as Table
/** The cell of the only row, by column name. */
const cell = ({ columns, rows }: Table, name: string): Cell | undefined =>
  rows[0]?.[columns.findIndex(column => column.name === name)]

const opened = (id: string): Told => ({ type: 'opened', ...of, id, peer: identity('server-1'), tookUs: 500 })
const reset = (id: string, planned = false): Told => ({
  type: 'ended',
  ...of,
  id,
  fate: 'reset',
  phase: 'exchange',
  code: 'ECONNRESET read',
  planned,
  idleMs: 20 * hour,
  tookUs: 0,
  exchanges: 0,
  lifetimeMs: 20 * hour,
  zombie: true,
})

test('a reset cohort reads in one line: how many, how often for the silence, and when last', () => {
  const cohorts = named(told([0, opened('a')], [0, opened('b')], [20, reset('a')]), 'Cohorts')
  expect(cell(cohorts, 'Open')).toEqual({ text: '1' })
  expect(cell(cohorts, 'Exposure')).toEqual({ text: '40.0h' })
  expect(cell(cohorts, 'Resets')).toEqual({ text: '1 25/kh', tone: 'bad' })
  expect(cell(cohorts, 'Zombie')).toEqual({ text: '1', tone: 'bad' })
  expect(cell(cohorts, 'Last end')).toEqual({ text: 'reset 0s', tone: 'bad' })
})

test('too little silence has no rate, a planned end is no reset, zeros are dim', () => {
  const soon = { ...reset('a'), idleMs: hour } as Told
  expect(cell(named(told([0, opened('a')], [1, soon]), 'Cohorts'), 'Resets')).toEqual({ text: '1', tone: 'bad' })
  const planned = named(told([0, opened('a')], [20, reset('a', true)]), 'Cohorts')
  expect(cell(planned, 'Resets')).toEqual({ text: '0', tone: 'dim' })
  expect(cell(planned, 'Planned')).toEqual({ text: '1' })
  expect(cell(planned, 'Last end')?.tone).toBe('dim')
})

test('connections that are dying stand out before they die', () => {
  const swept: Told = { type: 'swept', ...of, connections: 9, probing: 2, backingOff: 1, oldestAckMs: 5 }
  expect(cell(named(told([0, swept]), 'Cohorts'), 'Dying')).toEqual({ text: '3', tone: 'warn' })
})

test('late answers split the timeouts into slow and lost', () => {
  const timeout: Told = { ...probe, type: 'asked', fate: 'timeout', phase: 'wait', code: 'DEADLINE', tookUs: 5e6 }
  const refused: Told = { ...timeout, fate: 'refused', code: 'ECONNREFUSED read' }
  const answer: Told = { ...timeout, fate: 'ok', tookUs: 1200, rcode: 'SERVFAIL', stamp: 'kernel' }
  const stray = (what: 'late' | 'malformed'): Told => ({ ...probe, type: 'strayed', what })
  const dns = named(
    told(
      [0, timeout],
      [0, timeout],
      [0, timeout],
      [0, refused],
      [0, answer],
      [0, stray('late')],
      [0, stray('malformed')],
    ),
    'DNS and UDP',
  )
  const texts = ['Asked', 'Ok', 'Timeout', 'Late', 'Lost', 'Other', 'Strays', 'Rcodes', 'p50', 'Stamp']
  expect(texts.map(name => cell(dns, name)?.text)).toEqual([
    '5',
    '1',
    '3',
    '1',
    '2',
    '1',
    'malformed 1',
    'SERVFAIL 1',
    '1.2ms',
    'kernel',
  ])
  expect(cell(dns, 'Rcodes')?.tone).toBe('warn')
})

test('an option the kernel set otherwise is bad, one it took is good', () => {
  const configured = { keepalive: { idleS: 60, intervalS: 10, count: 3 }, userTimeoutMs: 30_000 }
  const effective = { keepalive: { idleS: 60, intervalS: 1, count: 10 }, userTimeoutMs: 30_000 }
  const { rows } = named(
    told([0, { type: 'options-set', ...of, configured, effective }]),
    'Socket options, configured and effective',
  )
  expect(rows[0]?.slice(4)).toEqual([
    { text: 'after 1m, 3 x 10s' },
    { text: 'after 1m, 10 x 1s', tone: 'bad' },
    { text: '30s' },
    { text: '30s', tone: 'good' },
  ])
})

test('an empty table says so in one line', () => {
  for (const table of told()) {
    expect(table.rows).toEqual([])
    expect(textOf(table).trimEnd().split('\n')).toEqual([`${table.title}: ${table.empty}`])
  }
})

test('every row has a cell for each column; the main tables fit 120 columns, whatever happened', () => {
  fc.assert(
    fc.property(histories, fc.nat({ max: 5 }), (history, power) => {
      const into = recorder()
      for (const observation of history) {
        const longer =
          'cohort' in observation ? { cohort: `${observation.cohort}-with-a-name-of-sixty-three-letters` } : {}
        into.fold({ ...observation, ...longer, steady: observation.steady * 10 ** power })
      }
      const all = tables(into.snapshot())
      for (const { columns, rows } of all) for (const row of rows) expect(row).toHaveLength(columns.length)
      for (const title of ['Verdicts', 'Cohorts', 'DNS and UDP'])
        for (const line of textOf(named(all, title)).split('\n')) expect(line.length).toBeLessThanOrEqual(120)
    }),
  )
})

test('nothing is lost where a name is broken over lines, and no name steers the terminal', () => {
  const cohort = 'c'.repeat(70)
  const text = textOf(named(told([0, { ...opened('a'), cohort: `${cohort}\u001b[2J` } as Told]), 'Cohorts'))
  expect(text.match(/c/g)?.length).toBeGreaterThanOrEqual(70)
  expect(text).not.toContain('\u001b')
})

test('tones are painted, and take no room', () => {
  const table = named(told([0, opened('a')], [20, reset('a')]), 'Cohorts')
  const painted = textOf(table, { paint: (text, tone) => (tone === 'bad' ? `\u001b[31m${text}\u001b[39m` : text) })
  expect(painted).toContain('\u001b[31m1\u001b[39m')
  expect(painted.replaceAll('\u001b[31m', '').replaceAll('\u001b[39m', '')).toBe(textOf(table))
})

test.each([
  [span(0), '0us'],
  [span(0.312), '312us'],
  [span(45_000), '45s'],
  [span(192_000), '3m 12s'],
  [span(2 * hour), '2h'],
  [span(76 * hour), '3d 4h'],
  [ago(192_999), '3m'],
  [latency(999.9), '1.0ms'],
  [latency(9_960), '10ms'],
  [latency(5_000_000), '5s'],
  [latency(5_200_000), '5.2s'],
  [exposure(45 * 60_000), '45m'],
  [exposure(12.34 * hour), '12.3h'],
  [exposure(12_345 * hour), '12.3kh'],
  [count(9999), '9999'],
  [count(12_345), '12.3k'],
  [count(4_500_000), '4.5M'],
  [moment(Date.UTC(2026, 10, 21, 3, 12, 45)), '2026-11-21 03:12:45'],
])('%s', (written, words) => expect(written).toBe(words))
