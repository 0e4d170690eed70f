import { expect, test } from 'vitest'
import type { Observation, OfCohort } from '../../outcome/observation.ts'
import { openThere } from './open-there.ts'

const of: OfCohort = { side: 'client', kind: 'tcp-hold', cohort: 'quiet', path: 'pod' }
const peer = { pod: 's', node: 'n', ip: '10.0.0.1', instance: 'i' }
const opened = (id: string, steady: number): Observation => ({
  type: 'opened',
  ...of,
  id,
  peer,
  tookUs: 1,
  at: 0,
  steady,
})
const exchanged = (id: string, steady: number): Observation => ({
  type: 'exchanged',
  ...of,
  id,
  speaker: 'client',
  idleMs: 1,
  tookUs: 1,
  at: 0,
  steady,
})
const ended = (id: string): Observation => ({
  type: 'ended',
  ...of,
  id,
  fate: 'reset',
  phase: 'idle',
  code: 'ECONNRESET read',
  planned: false,
  idleMs: 1,
  tookUs: 0,
  exchanges: 0,
  lifetimeMs: 1,
  zombie: false,
  at: 0,
  steady: 30,
})

test('what a process had open when it went ends once, as planned, after the silence it was in', () => {
  const { hear, endAll } = openThere()
  for (const news of [opened('a', 10), opened('b', 20), opened('c', 25), exchanged('a', 40), ended('b')]) hear(news)
  expect([...endAll(() => 100)]).toEqual([
    expect.objectContaining({
      ...of,
      id: 'a',
      fate: 'cancelled',
      code: 'PROCESS',
      planned: true,
      idleMs: 60,
      lifetimeMs: 90,
      exchanges: 1,
    }),
    expect.objectContaining({ id: 'c', idleMs: 75, lifetimeMs: 75, exchanges: 0 }),
  ])
  expect([...endAll(() => 200)]).toEqual([])
})

test('what the process in its place opens meanwhile is not among it', () => {
  const there = openThere()
  for (const id of ['a', 'b']) there.hear(opened(id, 1))
  const told: (string | undefined)[] = []
  for (const { id } of there.endAll(() => 2)) {
    told.push(id)
    if (id === 'a') there.hear(opened('new', 2))
  }
  expect([told, there.size]).toEqual([['a', 'b'], 1])
})
