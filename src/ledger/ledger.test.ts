import { expect, test } from 'vitest'
import { type Account, type Ending, ledger } from './ledger.ts'

const account = (id: string): Account => ({
  id,
  kind: 'tcp-hold',
  cohort: 'c',
  path: 'service',
  client: { pod: 'p', node: 'n', ip: '10.0.0.1', instance: 'i' },
  remote: '10.0.0.1:4000',
  local: '10.0.0.2:7000',
  openedAt: 0,
  lastAt: 0,
  exchanges: 0,
  bytesIn: 0,
  bytesOut: 0,
  state: 'open',
})
const reset: Ending = { at: 9, fate: 'reset', phase: 'idle', code: 'ECONNRESET read', planned: false, zombie: false }

test('an open connection is found, and once ended found with its ending', () => {
  const book = ledger(10)
  expect(book.open(account('a'))).toBe(true)
  expect(book.find('a')?.state).toBe('open')
  book.end('a', reset)
  expect(book.find('a')).toMatchObject({ state: 'ended', ending: reset })
  expect(book.openCount).toBe(0)
})

test('an id is open once; when it ended it may come again', () => {
  const book = ledger(10)
  book.open(account('a'))
  expect(book.open(account('a'))).toBe(false)
  book.end('a', reset)
  expect(book.open(account('a'))).toBe(true)
  expect(book.find('a')?.state).toBe('open')
})

test('history is bounded: the oldest ending goes first', () => {
  const book = ledger(2)
  for (const id of ['a', 'b', 'c']) {
    book.open(account(id))
    book.end(id, reset)
  }
  expect(['a', 'b', 'c'].map(id => book.find(id)?.state)).toEqual([undefined, 'ended', 'ended'])
})

test('pages list the open ones first, then the newest endings', () => {
  const book = ledger(10)
  for (const id of ['a', 'b', 'c', 'd']) book.open(account(id))
  for (const id of ['a', 'b']) book.end(id, reset)
  const ids = (offset: number, limit: number) => book.page(offset, limit).accounts.map(({ id }) => id)
  expect(book.page(0, 2).total).toBe(4)
  expect([ids(0, 3), ids(3, 3), ids(9, 3)]).toEqual([['c', 'd', 'b'], ['a'], []])
})
