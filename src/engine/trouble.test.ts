import { expect, test } from 'vitest'
import { mostFlows } from '../evidence/source.ts'
import type { Observation } from '../outcome/observation.ts'
import { trouble } from './trouble.ts'

const stamp = { at: 1, steady: 1 }
const flow = (port: number) => ({ proto: 'udp', local: `10.0.0.1:${port}`, remote: '10.96.0.10:53' }) as const
const asked = (port: number, more: object = {}): Observation => ({
  type: 'asked',
  side: 'client',
  kind: 'dns',
  probe: 'dns',
  server: '1',
  mode: 'pinned',
  fate: 'timeout',
  phase: 'wait',
  code: 'DEADLINE',
  tookUs: 1,
  flow: flow(port),
  ...stamp,
  ...more,
})
const ended = (more: object): Observation => ({
  type: 'ended',
  side: 'client',
  kind: 'tcp-hold',
  cohort: 'held',
  path: 'service',
  id: 'a',
  fate: 'reset',
  phase: 'exchange',
  code: 'ECONNRESET read',
  planned: false,
  idleMs: 1,
  tookUs: 1,
  exchanges: 0,
  lifetimeMs: 1,
  zombie: false,
  peer: { pod: 'srv1', node: 'n', ip: '10.0.0.2', instance: 'i' },
  ...stamp,
  ...more,
})

test('faults call for an examination, and so does a goodbye; answers and our own stop do not', () => {
  const { hear } = trouble()
  expect(hear(asked(1))).toBe(true)
  expect(hear(asked(1, { fate: 'ok' }))).toBe(false)
  expect(hear(asked(1, { fate: 'ok', rcode: 'NXDOMAIN' }))).toBe(false)
  expect(hear(asked(1, { fate: 'ok', rcode: 'SERVFAIL' }))).toBe(true)
  expect(hear(ended({}))).toBe(true)
  expect(hear(ended({ planned: true, fate: 'closed' }))).toBe(true)
  expect(hear(ended({ planned: true, fate: 'cancelled' }))).toBe(false)
  expect(hear(ended({ side: 'server' }))).toBe(false)
})

test('asks about the newest flows in trouble, and a few that are well', () => {
  const { hear, ask } = trouble()
  for (let port = 1; port <= 100; port++) hear(asked(port))
  for (let port = 201; port <= 300; port++) hear(asked(port, { fate: 'ok' }))
  const { flows } = ask()
  expect(flows.length).toBe(mostFlows)
  expect(flows).toContainEqual(flow(100))
  expect(flows).toContainEqual(flow(300))
  expect(flows).not.toContainEqual(flow(1))
})

test('one flow is asked about once, whatever became of it last', () => {
  const { hear, ask } = trouble()
  hear(asked(1, { fate: 'ok' }))
  hear(asked(1))
  expect(ask().flows).toEqual([flow(1)])
})

test('connections that ended are asked about with their server', () => {
  const { hear, ask } = trouble()
  hear(ended({}))
  hear(ended({ id: undefined, peer: undefined }))
  expect(ask().accounts).toEqual([{ id: 'a', peer: { pod: 'srv1', node: 'n', ip: '10.0.0.2', instance: 'i' } }])
})
