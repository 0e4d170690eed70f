import { expect, test } from 'vitest'
import { storyClock } from '../../test/story-clock.ts'
import type { Told } from '../outcome/observation.ts'
import { crowds } from './crowds.ts'

const rejected = { type: 'rejected', side: 'server', kind: 'tcp-hold', reason: 'bad-magic' } as const
const of = { kind: 'dns', probe: 'dns', server: '1', mode: 'pinned' } as const
const foreign = { type: 'strayed', side: 'client', ...of, what: 'foreign' } as const
const late = { ...foreign, what: 'late', tookUs: 7_000_000 } as const

function street() {
  const clock = storyClock()
  const told: Told[] = []
  return { clock, told, ...crowds(clock, each => told.push(each)) }
}
const countOf = (told: readonly Told[]) =>
  told.reduce((sum, each) => sum + (('count' in each ? each.count : undefined) ?? 1), 0)

test('a flood is a line a second, and counts what it was', () => {
  const { clock, told, tell, stop } = street()
  for (let i = 0; i < 10_000; i++) {
    tell(rejected)
    clock.pass(1)
  }
  stop()
  expect(countOf(told)).toBe(10_000)
  expect(told.length).toBeLessThan(15)
})

test('the first of each sort is told at once, and so is one that comes after a pause', () => {
  const { clock, told, tell } = street()
  tell(rejected)
  tell({ ...rejected, reason: 'flood' })
  tell(foreign)
  expect(told).toEqual([rejected, { ...rejected, reason: 'flood' }, foreign])
  clock.pass(5000)
  tell(rejected)
  expect(told.length).toBe(4)
})

test('what is no crowd passes as it is: a late answer has its own time', () => {
  const { told, tell } = street()
  const disturbed = { type: 'disturbed', what: 'loop-stall', ms: 200 } as const
  for (const each of [late, late, disturbed, disturbed]) tell(each)
  expect(told).toEqual([late, late, disturbed, disturbed])
})

test('nothing is left untold, and no alarm armed, when it stops', () => {
  const { clock, told, tell, stop } = street()
  for (let i = 0; i < 5; i++) tell(foreign)
  stop()
  expect(countOf(told)).toBe(5)
  clock.pass(10_000)
  expect(countOf(told)).toBe(5)
})
