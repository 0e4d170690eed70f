import { describe, expect, test } from 'vitest'
import { began, coin, connects, echoes, flowsOf, held, inOrder, look, server } from '../../../test/calls.ts'
import { caseFrom } from '../../../test/cases.ts'
import { examined } from '../../../test/stories.ts'
import type { Observation } from '../../outcome/observation.ts'
import { bridgeBypass } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) =>
  bridgeBypass.judge(caseFrom(inOrder([began()], ...parts, [examined(60)])))
const levels = (findings: ReturnType<typeof judge>) => findings.map(({ confidence }) => confidence.level)

const near = server(1)
const off = (value: number) => look(15, { sysctl: { 'net.bridge.bridge-nf-call-iptables': value } })
/** From 10 to 20 s the neighbour answers under its own address; server 10 is on another node. */
const misled = echoes({ fate: (s, i) => (coin(i) ? 10 : s < 10 || s >= 20 ? 1 : { wrongly: near.ip }) })
const knocks = connects({ fate: (s, i) => (coin(i) ? 10 : s < 10 || s >= 20 ? 1 : 'silent') })
const had = held({ servers: [1, 10, 1, 10, 1], fate: (s, i) => (i === 1 && s > 10 ? 'silent' : 'answered') })
const straight = held({ name: 'straight', called: 1, servers: [1, 1] })

describe('the setting is 0', () => {
  test('and only what is led to our own node fails: proven', () => {
    const [finding] = judge(misled, knocks, had, straight, [off(0)])
    expect(finding).toMatchObject({ confidence: { level: 'proven' } })
    expect(finding?.says).toContain(near.ip)
    expect(finding?.remedy).toContain('sysctl -w net.bridge.bridge-nf-call-iptables=1')
    expect(finding?.explains).toHaveLength(flowsOf(misled).length + flowsOf(knocks).length + 3)
  })

  test('connections to neighbours alone show it', () => {
    expect(levels(judge(had, straight, [off(0)]))).toEqual(['proven'])
  })

  test('and nothing fails', () => {
    expect(judge(echoes({ fate: (_, i) => (coin(i) ? 10 : 1) }), [off(0)])).toEqual([])
  })
})

test('the setting is 1: not this, whatever it looks like', () => {
  expect(judge(misled, knocks, had, straight, [off(1)])).toEqual([])
})

describe('without the node', () => {
  test('answers come from a neighbour itself, and rightly from others', () => {
    const [finding] = judge(misled)
    expect(finding).toMatchObject({ confidence: { level: 'likely' } })
    expect(finding?.missing[0]?.wouldTell).toContain('bridge-nf-call-iptables')
  })

  test('of a neighbour that was never met its address tells', () => {
    const never = echoes({ from: 10, fate: (_, i) => (coin(i) ? 10 : { wrongly: near.ip }) })
    expect(levels(judge(never))).toEqual(['likely'])
  })

  test('what the neighbour had fell silent, and straight to it all is well', () => {
    expect(levels(judge(had, straight))).toEqual(['likely'])
    expect(judge(had)).toEqual([]) // it may be dead
  })

  test.each([
    [
      'answers of another node have a wrong source',
      echoes({ fate: (s, i) => (s < 10 || coin(i) ? 1 : { wrongly: server(10).ip }) }),
    ],
    ['all answers have', echoes({ fate: s => (s < 10 ? 1 : { wrongly: near.ip }) })],
    ['one answer has', echoes({ fate: (_, i) => (i === 50 ? { wrongly: near.ip } : 10) })],
    [
      'the neighbour answers through the Service as well',
      [...echoes({ fate: (_, i) => (i % 3 === 0 ? { wrongly: near.ip } : i % 3) }), ...straight],
    ],
  ])('%s: not this', (_, told) => {
    expect(judge(told)).toEqual([])
  })
})
