import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Address } from '../settings/address.ts'
import { ownOrder } from './own-order.ts'

const servers = (n: number): Address[] =>
  Array.from({ length: n }, (_, i) => ({ host: `10.244.${i >> 8}.${i & 255}`, port: 7000 }))
const names = (addresses: readonly Address[]) => addresses.map(({ host }) => host)

test('whatever order they come in, they go in one', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(servers(20), { minLength: 2 }), fc.string(), (some, self) => {
      expect(ownOrder(self)(some)).toEqual(ownOrder(self)(some.toReversed()))
      expect(names(ownOrder(self)(some)).toSorted()).toEqual(names(some).toSorted())
    }),
  )
})

test('DNS that turns its records has answered the same', () => {
  const order = ownOrder('client-7')
  const [first, ...rest] = servers(5)
  const before = order([...rest, ...(first ? [first] : [])])
  expect(order(servers(5))).toBe(before)
  expect(order(rest)).not.toBe(before)
})

test('one that goes moves no other, and one that comes pushes in', () => {
  const order = ownOrder('client-7')
  const all = order(servers(50))
  for (const gone of all) {
    const left = order(all.filter(each => each !== gone).toReversed())
    expect(names(left)).toEqual(names(all.filter(each => each !== gone)))
  }
})

/** How many connections each server gets when each client takes the first so many. */
function loads(clients: number, all: readonly Address[], each: number): number[] {
  const count = new Map(names(all).map(host => [host, 0]))
  for (let i = 0; i < clients; i += 1)
    for (const host of names(ownOrder(`client-${i}`)(all)).slice(0, each)) count.set(host, (count.get(host) ?? 0) + 1)
  return [...count.values()]
}

test('5,000 clients that take eight servers each load a hundred alike', () => {
  const all = loads(5000, servers(100), 8)
  const mean = 400
  expect(all.reduce((sum, each) => sum + each, 0)).toBe(5000 * 8)
  // Binomial: a standard deviation is 19. Six of them are met by chance once in 5 million.
  for (const each of all) expect(Math.abs(each - mean)).toBeLessThan(6 * 19)
})
