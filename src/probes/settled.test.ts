import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Address } from '../settings/address.ts'
import { settle, type Settling, settling } from './settled.ts'

const named = (...names: string[]): Address[] => names.map(host => ({ host, port: 7000 }))
const turns = (...names: string[]) => names.map(name => (name === '' ? undefined : { host: name, port: 7000 }))
const settled = (before: ReturnType<typeof turns>, ordered: readonly Address[]) =>
  settle(before, ordered).map(address => address?.host)

test.each([
  ['at first turns go to one address after the other', turns('', '', '', '', ''), named('a', 'b', 'c'), 'a b c a b'],
  ['who has an address stays, whatever order they come in', turns('a', 'b', 'c'), named('c', 'b', 'a'), 'a b c'],
  ['one that comes gets its part', turns('a', 'b', 'a', 'b', 'a', 'b'), named('b', 'a', 'new'), 'a b a b new new'],
  ['and none where others come first', turns('a', 'b'), named('a', 'b', 'new'), 'a b'],
  ['of a thousand, those that come first', turns('a', 'b'), named('a', 'new', 'b', 'c'), 'a new'],
  ['whose address went takes one that nobody has', turns('a', 'b', 'gone'), named('a', 'b', 'x', 'y'), 'a b x'],
  ['the first in order of those that fewest have', turns('a', 'a', 'b', 'gone', 'gone'), named('a', 'b'), 'a a b b a'],
  [
    'a new one is filled up to the others',
    turns('a', 'a', 'gone', 'gone', 'b', 'b'),
    named('a', 'b', 'x'),
    'a a x x b b',
  ],
])('%s', (_, before, ordered, expected) => {
  expect(settled(before, ordered).join(' ')).toBe(expected)
})

test('another port is another address', () => {
  expect(settle([{ host: 'a', port: 1 }], [{ host: 'a', port: 2 }])).toEqual([{ host: 'a', port: 2 }])
})

test('without an address nobody goes anywhere', () => {
  expect(settle(turns('a', ''), [])).toEqual([undefined, undefined])
})

const hosts = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1 }).map(each => named(...each.map(String)))

const addresses = (each: readonly (Address | undefined)[]) => each.map(address => address?.host)

test('whatever answers come, all servers have their part, and no more turns move than that takes', () => {
  fc.assert(
    fc.property(fc.array(hosts, { minLength: 1 }), fc.integer({ min: 1, max: 40 }), (answers, count) => {
      let now: readonly (Address | undefined)[] = Array.from({ length: count })
      for (const answer of answers) {
        const had = (host: string) => addresses(before).filter(each => each === host).length
        const before = now
        now = settle(before, answer)
        for (const [rank, { host }] of answer.entries()) {
          const part = Math.floor(count / answer.length) + (rank < count % answer.length ? 1 : 0)
          const stayed = now.filter((address, turn) => address?.host === host && before[turn]?.host === host)
          expect(addresses(now).filter(each => each === host)).toHaveLength(part)
          expect(stayed).toHaveLength(Math.min(part, had(host)))
        }
        expect(settle(now, answer)).toEqual(now)
      }
    }),
  )
})

const address = (host: string): Address => ({ host, port: 7000 })
const all = () => true
const opens = (settled: Settling, turn: number, answer: readonly Address[]) => {
  settled.hear(answer)
  return settled.take(turn)
}

test('a turn that has yet to open waits for no answer but its own', () => {
  const settled = settling(4, all)
  const [early, later] = [named('first'), named('first', 'second', 'third')]
  expect(
    [opens(settled, 0, early), opens(settled, 1, later), opens(settled, 2, later), opens(settled, 3, later)].map(
      each => each?.host,
    ),
  ).toEqual(['first', 'second', 'third', 'first'])
})

test('an answer that forgets servers for a moment takes nobody away who is open there', () => {
  const settled = settling(3, all)
  for (const turn of [0, 1, 2]) opens(settled, turn, named('a', 'b', 'c'))
  expect(opens(settled, 1, named('c'))?.host).toBe('c') // it ended just then
  expect(settled.isElsewhere(0, address('a'))).toBe(false)
  settled.hear(named('a', 'c'))
  expect(settled.isElsewhere(0, address('a'))).toBe(false)
  settled.hear(named('a', 'b', 'c'))
  expect([0, 1, 2].map(turn => settled.take(turn)?.host)).toEqual(['a', 'b', 'c'])
  expect(settled.isElsewhere(1, address('c'))).toBe(true)
})

test('several processes that hear the same answers send all turns where one would', () => {
  fc.assert(
    fc.property(
      fc.array(hosts, { minLength: 1 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 2, max: 4 }),
      (answers, count, of) => {
        const alone = settling(count, all)
        const shared = Array.from({ length: of }, (_, nth) => settling(count, turn => turn % of === nth))
        for (const answer of answers) {
          for (const each of shared) each.hear(answer)
          for (let turn = 0; turn < count; turn += 1)
            expect(shared[turn % of]?.take(turn)).toEqual(opens(alone, turn, answer))
        }
      },
    ),
  )
})
