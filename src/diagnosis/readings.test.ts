import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineFacts } from '../evidence/facts.ts'
import { readingsOf } from './readings.ts'

const counter = defineFacts('counter', z.object({ drops: z.number() }))
const other = defineFacts('other', z.string())

const readings = readingsOf([
  { at: 1, evidence: { node: { counter: { at: 1, value: { drops: 3 } } } } },
  { at: 2, evidence: { node: { counter: { at: 2, value: { drops: 'a lie' } } } } },
  { at: 3, evidence: { node: { counter: { at: 3, value: { drops: 5 } }, other: { at: 3, absent: 'EACCES' } } } },
  { at: 4, evidence: { node: { counter: { at: 4, absent: 'agent: ECONNREFUSED' } } } },
])

test('facts come in order, by source and scope; what does not fit its schema says nothing', () => {
  expect(readings.all(counter, 'node').map(({ value }) => value.drops)).toEqual([3, 5])
  expect(readings.all(counter, 'own')).toEqual([])
  expect(readings.newest(counter, 'node')).toEqual({ at: 3, value: { drops: 5 } })
})

test('a counter is compared with what it was before', () => {
  expect(readings.before(counter, 'node', 3)).toEqual({ at: 1, value: { drops: 3 } })
  expect(readings.before(counter, 'node', 1)).toBeUndefined()
})

test('absence has its reason', () => {
  expect(readings.absence(counter, 'node')).toBe('agent: ECONNREFUSED')
  expect(readings.absence(other, 'node')).toBe('EACCES')
  expect(readings.absence(other, 'own')).toBeUndefined()
  expect([readings.has('node'), readings.has('own')]).toEqual([true, false])
  expect(readings.silent('node')).toEqual([
    { source: 'counter', why: 'agent: ECONNREFUSED' },
    { source: 'other', why: 'EACCES' },
  ])
  expect(readings.silent('own')).toEqual([])
})
