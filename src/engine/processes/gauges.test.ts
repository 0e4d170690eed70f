import { expect, test } from 'vitest'
import type { Observation, OfCohort, Swept } from '../../outcome/observation.ts'
import { gauges } from './gauges.ts'

const of: OfCohort = { side: 'client', kind: 'tcp-hold', cohort: 'quiet', path: 'service' }
const stamp = { at: 1, steady: 1 }
const swept = (connections: number, probing: number, oldestAckMs: number, cohort = 'quiet'): Observation => ({
  type: 'swept',
  ...of,
  cohort,
  connections,
  probing,
  backingOff: 0,
  oldestAckMs,
  ...stamp,
})
const options = (idleS: number): Observation => ({
  type: 'options-set',
  ...of,
  configured: { keepalive: undefined, userTimeoutMs: 0 },
  effective: { keepalive: { idleS, intervalS: 1, count: 1 }, userTimeoutMs: 0 },
  ...stamp,
})
const seen = (observation: Observation | undefined) => {
  const { connections, probing, oldestAckMs } = observation as Swept & Observation
  return [connections, probing, oldestAckMs]
}

test('what processes sweep is added up: the last of each, and the oldest of all', () => {
  const { merge, forget } = gauges()
  expect(seen(merge(0, swept(10, 1, 500)))).toEqual([10, 1, 500])
  expect(seen(merge(1, swept(9, 2, 700)))).toEqual([19, 3, 700])
  expect(seen(merge(2, swept(5, 5, 1, 'other')))).toEqual([5, 5, 1])
  expect(seen(merge(0, swept(10, 0, 100)))).toEqual([19, 2, 700])
  forget(1)
  expect(seen(merge(0, swept(10, 0, 100)))).toEqual([10, 0, 100])
})

test('a cohort that is retired is forgotten, and the one by its name after it begins at nothing', () => {
  const { merge } = gauges()
  merge(0, swept(10, 1, 500))
  merge(1, swept(10, 1, 500))
  merge(0, { type: 'retired', series: of, ...stamp })
  expect(seen(merge(1, swept(4, 0, 1)))).toEqual([4, 0, 1])
})

test('options that every process reads back alike are told once, others whenever they change', () => {
  const { merge } = gauges()
  expect([merge(0, options(60)), merge(1, options(60)), merge(2, options(60))].filter(Boolean)).toHaveLength(1)
  expect(merge(1, options(61))).toMatchObject({ effective: { keepalive: { idleS: 61 } } })
})
