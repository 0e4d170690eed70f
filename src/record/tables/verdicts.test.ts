import { expect, test } from 'vitest'
import { exampleVerdict, noon } from '../../../test/verdicts.ts'
import type { KeptVerdict } from '../verdicts.ts'
import { textOf } from './text.ts'
import { openVerdictsTable, verdictsTable } from './verdicts.ts'

const closed = (given: Partial<KeptVerdict>): KeptVerdict => ({ ...exampleVerdict({ state: 'closed' }), ...given })

test('a verdict is its name and form, its state, since when, how many of how many, where, and a sentence', () => {
  const { rows } = verdictsTable({ verdicts: [exampleVerdict({ variant: 'server-first' })] }, 10)
  expect(rows.map(row => row.map(({ text }) => text))).toEqual([
    [
      'conntrack-expiry (server-first)',
      'open',
      '2026-11-21 12:00:00',
      'proven',
      '12 of 40',
      'tcp-hold/no-keepalive',
      exampleVerdict().says,
    ],
  ])
})

test('how a verdict ended is in a word', () => {
  const verdicts = [
    exampleVerdict({ planned: true }),
    closed({}),
    closed({ supersededBy: 'ipvs-expiry-1' }),
    closed({ abandoned: true }),
  ]
  const states = verdictsTable({ verdicts }, 10).rows.map(row => row[1]?.text)
  expect(states).toEqual(['open, planned', 'closed', 'superseded', 'abandoned'])
})

test('a look shows what is open, and says how many more there are', () => {
  const verdicts = [exampleVerdict(), exampleVerdict({ id: 'b' }), exampleVerdict({ id: 'c' }), closed({ id: 'd' })]
  const { title, rows } = openVerdictsTable({ verdicts, at: noon + 90_000 }, 2)
  expect([title, rows.length, rows[0]?.[1]?.text]).toEqual(['Open verdicts (2 of 3)', 2, '1m'])
})

test('sentences are broken into lines, never lost', () => {
  const text = textOf(verdictsTable({ verdicts: [exampleVerdict()] }, 10), { width: 100 })
  expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(100)
  for (const word of exampleVerdict().says.split(' ')) expect(text).toContain(word)
  expect(textOf(verdictsTable({ verdicts: [] }, 10))).toBe('Verdicts: none so far.\n')
})
