import { describe, expect, test } from 'vitest'
import { began, connects, flowsOf, held, inOrder, look, ruled, service } from '../../../test/calls.ts'
import { caseFrom } from '../../../test/cases.ts'
import { examined } from '../../../test/stories.ts'
import type { Observation } from '../../outcome/observation.ts'
import { rulesMissing } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) =>
  rulesMissing.judge(caseFrom(inOrder([began()], ...parts, [examined(60)])))
const words = (findings: ReturnType<typeof judge>) =>
  findings.map(({ only, confidence }) => `${only ?? ''}${confidence.level}`)

const lost = connects({ fate: s => (s < 10 || s >= 20 ? 10 : 'silent') })
const bare = flowsOf(lost)
  .slice(0, 8)
  .map(flow => ({ ...flow, to: service }))
const straight = connects({ name: 'straight', called: 10, fate: () => 10 })
const open = held({ servers: [10, 11, 10] })
const none = { serviceRules: false }

describe('the node', () => {
  test('has no rules for any Service, and translates nothing: proven', () => {
    const [finding] = judge(lost, straight, open, [look(15, { led: bare, rules: none })])
    expect(finding).toMatchObject({ confidence: { level: 'proven' } })
    expect(finding?.remedy).toContain(`conntrack -D -p udp --orig-dst ${service} --reply-src ${service}`)
    expect(finding?.explains).toHaveLength(flowsOf(lost).length)
  })

  test('has rules, and none for this Service: likely', () => {
    expect(words(judge(lost, [look(15, { led: bare, rules: {} })]))).toEqual(['likely'])
  })

  test.each([
    [
      'does IPVS',
      {
        led: bare,
        rules: none,
        ipvs: {
          services: [
            { proto: 'tcp' as const, address: service, port: 7000, scheduler: 'rr', flags: [], destinations: [] },
          ],
        },
      },
    ],
    ['could not read all of its rules', { led: bare, rules: { unread: ['legacy iptables'] } }],
    ['has the rules', { led: bare, rules: ruled(10, 11) }],
    ['led the flows somewhere', { led: bare.map(each => ({ ...each, to: '10.244.2.20' })), rules: none }],
  ])('%s: that is another matter', (_, looked) => {
    expect(words(judge(lost, [look(15, looked)]))).toEqual([])
  })

  test('had rules before and after', () => {
    expect(words(judge(lost, [look(5, { rules: none }), look(45, { rules: none })]))).toEqual([])
  })
})

describe('without the node', () => {
  test('the Service leads to nobody, and straight to its servers all is well: the family', () => {
    expect(words(judge(lost, straight))).toEqual(['familypossible'])
    expect(judge(lost, straight, open)[0]?.missing[0]?.what).toContain('agent')
  })

  test('nothing is known where nobody else is called', () => {
    expect(judge(lost)).toEqual([])
  })

  test('what was open falls silent as well: not the rules', () => {
    const fell = held({ servers: [10, 11, 10], fate: s => (s > 10 ? 'silent' : 'answered') })
    expect(judge(lost, straight, fell)).toEqual([])
  })

  test('two lost connects, or some in between that get through', () => {
    expect(judge(connects({ every: 1, fate: s => (s === 10 || s === 11 ? 'silent' : 10) }), straight)).toEqual([])
    expect(judge(connects({ fate: (_, i) => (i % 3 ? 'silent' : 10) }), straight)).toEqual([])
  })
})
