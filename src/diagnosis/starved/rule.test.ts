import { describe, expect, test } from 'vitest'
import { began, echoes, held, inOrder, look } from '../../../test/calls.ts'
import { caseFrom } from '../../../test/cases.ts'
import { ended, examined, storyBegins } from '../../../test/stories.ts'
import type { Observation } from '../../outcome/observation.ts'
import { starved } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) =>
  starved.judge(caseFrom(inOrder([began()], ...parts, [examined(60)])))

const disturbed = (s: number, what: 'loop-stall' | 'clock-jump', ms: number): Observation => ({
  type: 'disturbed',
  what,
  ms,
  at: storyBegins + s * 1000,
  steady: s * 1000,
})
const stall = (s: number, ms: number) => disturbed(s, 'loop-stall', ms)
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

test('a CPU limit held it back meanwhile: proven', () => {
  const [finding] = judge(lost, stood, throttled(2e6))
  expect(finding).toMatchObject({ confidence: { level: 'proven' } })
  expect(finding?.says).toContain('a CPU limit held it back for 2s')
})

const jump = (s: number, ms: number) => disturbed(s, 'clock-jump', ms)
const pressure = (percent: number) => [
  look(1, { cpu: { throttledUs: 0, pressure10: 0 } }),
  look(13.5, { cpu: { throttledUs: 0, pressure10: percent } }),
]

describe('why it stood still is told apart', () => {
  test.each<[string, readonly Observation[], string]>([
    ['the clock', [jump(12, 60_000)], 'the clock jumped ahead by 1m: the machine was suspended'],
    ['others', pressure(80), 'others on the machine had the CPU (somebody waited for a core 80 % of the time)'],
    ['its own event loop', pressure(1), 'its own event loop was busy, or the process was stopped'],
  ])('%s', (_, told, says) => {
    const [finding] = judge(lost, stood, told)
    expect(finding).toMatchObject({ confidence: { level: 'likely' } })
    expect(finding?.says).toContain(says)
  })

  test.each<[string, readonly Observation[]]>([
    ['a limit that hardly did', throttled(1e5)],
    ['a limit long before', [look(1, { cpu: { throttledUs: 0 } }), look(5, { cpu: { throttledUs: 9e9 } })]],
    ['some pressure', pressure(10)],
    ['pressure long after', [look(40, { cpu: { pressure10: 90 } })]],
    ['a step of NTP', [jump(12, 200)]],
  ])('%s: nobody knows', (_, told) => {
    const [finding] = judge(lost, stood, told)
    expect(finding?.confidence).toEqual({ level: 'likely', because: 'it stood still for most of each wait' })
  })
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

test('... or will have, where its ledger does not tell and we stood still for so long', () => {
  const closed = suspect(
    [1, 2, 3].map(i => ended(20 + i, { id: `c${i}`, fate: 'closed', phase: 'idle', code: 'FIN', tookUs: 0 })),
  )
  const deaf = [stall(16, 3000), stall(19.9, 3500)]
  expect(judge(closed, deaf)).toHaveLength(1)
  const ending = { at: 1, fate: 'closed', phase: 'idle', code: 'FIN', planned: false, zombie: false }
  const ledger = [1, 2, 3].map(i => ({ id: `c${i}`, instance: 'i1', state: 'ended' as const, ending }))
  expect(judge(closed, deaf, [look(24, { ledger })])).toEqual([])
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
