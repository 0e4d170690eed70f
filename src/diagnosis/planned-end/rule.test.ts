import { expect, test } from 'vitest'
import { began, connects, echoes, held, inOrder, server } from '../../../test/calls.ts'
import { caseFrom } from '../../../test/cases.ts'
import { ended, examined, opened } from '../../../test/stories.ts'
import type { Observation } from '../../outcome/observation.ts'
import { diagnostician } from '../diagnose.ts'
import { plannedEnd } from './rule.ts'

const told = (...parts: readonly (readonly Observation[])[]) => inOrder([began()], ...parts, [examined(40)])
const judge = (...parts: readonly (readonly Observation[])[]) => plannedEnd.judge(caseFrom(told(...parts)))

const leaves = held({ servers: [10, 10, 20], fate: (s, i) => (i === 10 && s > 10 ? 'goodbye' : 'answered') })
const back = (peer = server(20)) => [
  opened(13, { id: 'n1', peer, cohort: 'held' }),
  opened(14, { id: 'n2', peer, cohort: 'held' }),
]
const refused = ended(12, {
  phase: 'connect',
  fate: 'refused',
  code: 'ECONNREFUSED connect',
  planned: true,
  cohort: 'held',
})

test('a server said goodbye, others take over: a rollout, and never a fault', () => {
  const [finding] = judge(leaves, back(), [refused])
  expect(finding).toMatchObject({ planned: true, variant: 'rollout' })
  expect(finding?.says).toBe(
    'srv10 (10.244.2.20) said goodbye to 2 connections; 2 were opened since, to srv20 (10.244.3.20).',
  )
  expect(finding?.explains).toHaveLength(3)
})

const asks = (ends: 'refused' | 'silent') =>
  echoes({ port: 40_700, every: 1, fate: s => (s <= 11 ? 10 : s < 16 ? ends : 20) })

test('a port that is still led to who said goodbye is refused for a while: part of the plan; silence is not', () => {
  const planned = judge(leaves, back(), asks('refused'))
  expect(planned[0]?.explains.filter(({ type }) => type === 'asked')).toHaveLength(4)
  expect(judge(leaves, back(), asks('silent'))[0]?.explains.every(({ type }) => type === 'ended')).toBe(true)
  const others = echoes({ port: 40_700, every: 1, fate: s => (s > 11 && s < 16 ? 'refused' : 20) })
  expect(judge(leaves, back(), others)[0]?.explains.every(({ type }) => type === 'ended')).toBe(true)
})

test('the same pod comes back as another process: a restart; nobody does: leaving', () => {
  expect(judge(leaves, back({ ...server(10), instance: 'again' }))[0]?.variant).toBe('restart')
  expect(judge(leaves)[0]?.variant).toBe('leaving')
})

test('our own stop, and who ends without a goodbye, are none', () => {
  expect(judge([ended(5, { planned: true, fate: 'cancelled', phase: 'idle', code: 'STOP' })])).toEqual([])
  expect(judge(held({ servers: [10], fate: s => (s > 10 ? 'closed' : 'answered') }))).toEqual([])
  expect(judge(connects({ fate: () => 'refused' }))).toEqual([])
})

test('it is told once, closes, and does not come back', () => {
  const judged = diagnostician([plannedEnd])
  const states = [...told(leaves, back()), examined(60), examined(80)].flatMap(each =>
    judged.fold(each).map(({ id, state }) => `${id} ${state}`),
  )
  expect(states).toEqual(['planned-end-1 open', 'planned-end-1 closed'])
})
