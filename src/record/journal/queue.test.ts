import { expect, test } from 'vitest'
import { identity } from '../../../test/histories.ts'
import { storyClock } from '../../../test/story-clock.ts'
import type { Observation } from '../../outcome/observation.ts'
import { recorder } from '../recorder.ts'
import { readLine } from './line.ts'
import { mostBytes, queue } from './queue.ts'

const opened: Observation = {
  type: 'opened',
  side: 'client',
  kind: 'tcp-hold',
  cohort: 'quiet',
  path: 'service',
  id: 'c1',
  peer: identity('server-1'),
  tookUs: 100,
  at: 1,
  steady: 1,
}

const filled = () => {
  const clock = storyClock()
  const into = recorder()
  const waiting = queue(into, clock)
  let told = 0
  for (; !waiting.left; told++) {
    into.fold(opened)
    waiting.push(opened)
  }
  return { clock, into, waiting, told }
}

test('a disk that takes nothing costs lines, not memory', () => {
  const { waiting } = filled()
  for (let i = 0; i < 1000; i++) waiting.push(opened)
  expect(waiting.bytes).toBeLessThanOrEqual(mostBytes)
  expect(waiting.missed).toBe(1001)
})

test('the next files begin with totals that have what was left out, and with the gap', () => {
  const { clock, waiting, told } = filled()
  clock.pass(7000)
  const lines = waiting.take(false).lines.split('\n')
  const [checkpoint, gap] = waiting.head().lines.split('\n').map(readLine)
  expect(lines.length - 1).toBe(told - 1)
  expect(checkpoint).toMatchObject({ journal: 'checkpoint', state: { cohorts: [{ opened: told }] } })
  expect(gap).toMatchObject({ journal: 'gap', at: clock.now(), from: clock.now() - 7000, missed: 1 })
  expect(waiting.left).toBe(false)
})

test('what was taken and lost, and what came after, is told of when the disk is back', () => {
  const clock = storyClock()
  const waiting = queue(recorder(), clock)
  for (let i = 0; i < 3; i++) waiting.push(opened)
  waiting.take(false)
  for (let i = 0; i < 4; i++) waiting.push(opened)
  waiting.lost('the disk is full (ENOSPC)')
  for (let i = 0; i < 5; i++) waiting.push(opened)
  waiting.head()
  waiting.push(opened)
  waiting.lost('the disk is full (ENOSPC)') // it was not back after all
  expect([waiting.missed, waiting.bytes]).toEqual([13, 0])
  expect(readLine(waiting.head().lines.split('\n')[1] ?? '')).toMatchObject({
    missed: 13,
    reason: 'the disk is full (ENOSPC)',
  })
})
