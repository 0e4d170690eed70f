import { expect, test } from 'vitest'
import { isInTime, probesOf, refreshedBy } from './refresh.ts'

const found = { lowMs: 20_000, survivedBeyond: 2, beyond: 16 }
const probed = (survived: boolean, idles = [1, 2, 4, 8]) =>
  idles.flatMap(idleS => [
    { idleS, survived },
    { idleS, survived },
  ])

test('they all lived where hardly anybody did: the probes count as traffic', () => {
  expect(refreshedBy(probed(true), found)).toEqual({
    refreshes: true,
    why: '8 of 8 with a keepalive in time lived, 2 of 16 without',
  })
})

test('they died like the others: an application’s own timeout does not see keepalives', () => {
  expect(refreshedBy(probed(false), found).refreshes).toBe(false)
})

test('where half live anyway, a few that lived say nothing', () => {
  expect(refreshedBy(probed(true, [1]), { ...found, survivedBeyond: 8 })).toEqual({
    refreshes: undefined,
    why: '2 of 2 with a keepalive in time lived, 8 of 16 without: too few to tell',
  })
})

test('probes that come too late are not asked for', () => {
  expect(refreshedBy(probed(false, [16, 32]), found).refreshes).toBeUndefined()
})

test('whatever the timeout, some probes are in time for it', () => {
  const idles = probesOf(100_000)
  expect(new Set(idles)).toEqual(new Set([1, 2, 4, 8, 16, 32, 64]))
  expect(idles).toHaveLength(27)
})

test('in a short timeout with two backends enough are in time to tell luck from probes', () => {
  const inTime = probesOf(100_000).filter(idleS => isInTime(idleS, { lowMs: 2800 }))
  const lived = inTime.map(idleS => ({ idleS, survived: true }))
  expect(refreshedBy(lived, { lowMs: 2800, survivedBeyond: 22, beyond: 32 }).refreshes).toBe(true)
})
