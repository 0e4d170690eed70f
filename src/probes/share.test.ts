import { expect, test } from 'vitest'
import { countIn, indicesIn, whole } from './share.ts'
import { sourcePorts } from './tcp-hold/source-ports.ts'

const shares = (of: number) => Array.from({ length: of }, (_, nth) => ({ nth, of }))

test.each([
  [10, 1],
  [10, 3],
  [1, 3],
  [0, 2],
  [200_000, 7],
])('%i connections in %i processes: every index once, no process holds two more than another', (count, of) => {
  const indices = shares(of).map(share => indicesIn(count, share))
  expect(indices.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index))
  const sizes = indices.map(({ length }) => length)
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
  expect(shares(of).map(share => countIn(count, share))).toEqual(sizes)
})

test('one process holds them in their order', () => expect(indicesIn(4, whole)).toEqual([0, 1, 2, 3]))

test('no two processes use one source port, and each has one for every connection of its own', () => {
  const range = { from: 20_000, to: 20_009 }
  const taken = shares(3).flatMap(share => {
    const ports = sourcePorts(range, share)
    return indicesIn(10, share).map(() => ports.take())
  })
  expect(new Set(taken)).toEqual(new Set(Array.from({ length: 10 }, (_, more) => range.from + more)))
})
