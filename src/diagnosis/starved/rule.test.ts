import { expect, test } from 'vitest'
import { began, echoes, held, inOrder, look } from '../../../test/calls.ts'
import { caseFrom } from '../../../test/cases.ts'
import { ended, examined, storyBegins } from '../../../test/stories.ts'
import type { Observation } from '../../outcome/observation.ts'
import { starved } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) =>
  starved.judge(caseFrom(inOrder([began()], ...parts, [examined(60)])))

const stall = (s: number, ms: number): Observation => ({
  type: 'disturbed',
  what: 'loop-stall',
  ms,
  at: storyBegins + s * 1000,
  steady: s * 1000,
})
const suspect = (told: readonly Observation[]): Observation[] => told.map(each => ({ ...each, suspect: true as const }))
/** Questions for 1 s, under way from 10 s on. */
const lost = suspect(echoes({ from: 10, to: 12, fate: () => 'silent' }))
const stood = [stall(11, 1000), stall(12, 1000), stall(13, 1000)]
const throttled = (us: number) => [look(1, { cpu: { throttledUs: 0 } }), look(20, { cpu: { throttledUs: us } })]

test('whoever stands still through most of each wait tells nothing about the network', () => {
  const [finding] = judge(lost, stood)
  expect(finding).toMatchObject({ confidence: { level: 'likely' }, of: 8 })
  expect(finding?.says).toContain('longhold itself stood still, for 3s')
})

test('a CPU limit held it back: proven', () => {
  expect(judge(lost, stood, throttled(2e6))[0]).toMatchObject({ confidence: { level: 'proven' } })
  expect(judge(lost, stood, throttled(0))[0]).toMatchObject({ confidence: { level: 'likely' } })
})

test('the server had waited for us in vain', () => {
  const closed = suspect(
    [1, 2, 3].map(i => ended(10 + i, { id: `c${i}`, fate: 'closed', phase: 'idle', code: 'FIN', tookUs: 0 })),
  )
  const ending = { at: 1, fate: 'timeout', phase: 'exchange', code: 'DEADLINE', planned: false, zombie: true }
  const ledger = [1, 2, 3].map(i => ({ id: `c${i}`, instance: 'i1', state: 'ended' as const, ending }))
  expect(judge(closed, stood, [look(20, { ledger })])).toHaveLength(1)
  expect(judge(closed, stood)).toEqual([])
})

test.each([
  ['short pauses in long waits', [lost, [stall(11, 150), stall(12, 150)]]],
  ['two questions', [suspect(echoes({ from: 10, to: 10.5, fate: () => 'silent' })), stood]],
  [
    'as much was answered in the same pauses',
    [lost, stood, suspect(echoes({ name: 'other', from: 10, to: 12, fate: () => 10 }))],
  ],
  ['nothing suspect', [echoes({ from: 10, to: 12, fate: () => 'silent' }), stood]],
  [
    'what the kernel sent again, and nobody acknowledged',
    [suspect(held({ servers: [10, 11, 10], fate: s => (s > 10 ? 'silent' : 'answered') })), []],
  ],
])('%s: not this', (_, parts) => {
  expect(judge(...parts)).toEqual([])
})
