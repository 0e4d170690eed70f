import { stripVTControlCharacters, styleText } from 'node:util'
import { expect, test } from 'vitest'
import { exampleVerdict } from '../../test/verdicts.ts'
import { recorder } from '../record/recorder.ts'
import { tables } from '../record/tables.ts'
import { cut } from './cut.ts'
import { frame, givesWay } from './frame.ts'

const header = ['longhold pair', 'web http://127.0.0.1:8080/']
const plain = (text: string) => text

function snapshot(cohort = 'no-keepalive') {
  const told = recorder()
  const of = { side: 'client', kind: 'tcp-hold', cohort, path: 'service' } as const
  const peer = { pod: 'server-0', node: 'b', ip: '10.0.0.7', instance: 'x' }
  const stamp = { at: Date.UTC(2026, 10, 21), steady: 60_000 }
  told.fold({
    type: 'declared',
    at: 0,
    steady: 0,
    series: { side: 'client', kind: 'dns', probe: 'dns', server: '1', mode: 'fresh' },
  })
  told.fold({ ...of, type: 'opened', id: '1', peer, tookUs: 300, at: stamp.at, steady: 0 })
  const end = { fate: 'reset', phase: 'exchange', code: 'ECONNRESET read', planned: false, zombie: false } as const
  const age = { idleMs: 60_000, tookUs: 200, exchanges: 3, lifetimeMs: 60_000 }
  told.fold({ ...of, type: 'ended', id: '1', peer, ...end, ...age, ...stamp })
  for (const id of ['a', 'b', 'c', 'd', 'e']) told.fold({ type: 'judged', verdict: exampleVerdict({ id }), ...stamp })
  return told.snapshot()
}

const drawn = ({ columns = 160, rows = 40, cohort = 'no-keepalive', paint = plain } = {}) =>
  frame({ header, snapshot: snapshot(cohort), columns, rows }, paint).split('\n')

test('header, cohorts, probes and the last faults', () => {
  const text = drawn().join('\n')
  for (const word of [
    ...header,
    'Open verdicts (4 of 5)',
    'Cohorts',
    'no-keepalive',
    'DNS and UDP',
    'Last faults',
    'ECONNRESET read',
  ])
    expect(text).toContain(word)
})

test('what is open stands above everything that is counted', () => {
  const text = drawn({ columns: 80 }).join('\n')
  expect(text.indexOf('conntrack-expiry')).toBeLessThan(text.indexOf('Cohorts'))
})

test.each([1, 7, 40, 80, 100, 200])('no line is wider than %i columns, coloured or not', columns => {
  for (const line of drawn({ columns, paint: text => styleText('red', text, { validateStream: false }) }))
    expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(columns)
})

test.each([1, 2, 5, 8, 12, 20])('no more lines than a window of %i rows takes', rows =>
  expect(drawn({ rows }).length).toBeLessThanOrEqual(Math.max(1, rows - 1)),
)

test('in 80 columns the counts that matter are still there', () => {
  const text = drawn({ columns: 80 }).join('\n')
  for (const word of ['Open', 'Exposure', 'Resets', 'Last end', 'reset']) expect(text).toContain(word)
})

test('what is left out is counted', () =>
  expect(drawn({ rows: 8 }).join('\n')).toMatch(/\(\d+ more lines: make the window taller\)/))

test('a name cannot move the cursor', () =>
  expect(drawn({ cohort: 'a\u001b[2J\r\nb' }).join('\n')).not.toMatch(/[^\P{Cc}\n]/u))

test('columns that give way are columns of the tables', () => {
  const names = tables(snapshot()).flatMap(({ columns }) => columns.map(({ name }) => name))
  for (const name of givesWay) expect(names).toContain(name)
})

test('a cut keeps its colours closed', () =>
  expect(cut(`${styleText('red', 'abcdef', { validateStream: false })}g`, 4)).toBe('\u001b[31mabc\u001b[39m…'))
