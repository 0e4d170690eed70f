import { describe, expect, test } from 'vitest'
import { began, connects, echoes, flowsOf, held, inOrder, look, server } from '../../../test/calls.ts'
import { caseFrom } from '../../../test/cases.ts'
import { examined } from '../../../test/stories.ts'
import type { Observation } from '../../outcome/observation.ts'
import { blackHole } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) =>
  blackHole.judge(caseFrom(inOrder([began()], ...parts, [examined(60)])))
const words = (findings: ReturnType<typeof judge>) =>
  findings.map(({ only, confidence }) => `${only ?? ''}${confidence.level}`)

/** From 10 to 20 s nothing comes from node-b. */
const hole = (s: number) => (s >= 10 && s < 20 ? 'silent' : 'answered')
const fell = held({ servers: [10, 11, 10, 11], fate: hole })
const news = connects({ every: 1, fate: s => (hole(s) === 'silent' ? 'silent' : 10) })
const neighbour = held({ name: 'neighbour', called: 1, servers: [1, 1] })
const elsewhere = held({ name: 'elsewhere', called: 20, servers: [20, 20, 20] })
const forwards = (s: number) => look(s, { sysctl: { 'net.ipv4.ip_forward': 1 }, netstat: { 'Ip.InAddrErrors': 3 } })

describe('two servers of one node fell silent', () => {
  test('and other nodes answer: that node, with what was open and what was new', () => {
    const [finding] = judge(fell, news, elsewhere)
    expect(finding).toMatchObject({ confidence: { level: 'likely' } })
    expect(finding?.says).toContain('node node-b')
    expect(finding?.explains).toHaveLength(4 + flowsOf(news).length)
  })

  test('only our own node answers, and it is known to forward', () => {
    expect(words(judge(fell, neighbour, [forwards(5), forwards(15), forwards(25)]))).toEqual(['likely'])
  })

  test('only our own node answers, and nobody knows whether it forwards: the family', () => {
    expect(words(judge(fell, news, neighbour))).toEqual(['familypossible'])
  })

  test('and a third of that node did not: something else', () => {
    expect(judge(fell, elsewhere, held({ name: 'third', called: 12, servers: [12] }))).toEqual([])
    const three = held({ servers: [10, 11, 10, 12], fate: (s, i) => (i === 12 ? 'answered' : hole(s)) })
    expect(judge(three, elsewhere)).toEqual([])
  })

  test('and say on no node they are', () => {
    const nameless = fell.map(each =>
      'peer' in each && each.peer ? { ...each, peer: { ...each.peer, node: '' } } : each,
    )
    expect(judge(nameless, elsewhere)).toEqual([])
  })
})

test.each([
  ['one server', held({ servers: [10, 10, 10], fate: hole })],
  ['two words', held({ servers: [10, 11], fate: hole })],
  [
    'servers that are reset',
    held({ servers: [10, 11, 10, 11], fate: s => (hole(s) === 'silent' ? 'reset' : 'answered') }),
  ],
])('%s: no node', (_, told) => {
  expect(judge(told, elsewhere)).toEqual([])
})

describe('the family', () => {
  test('nothing new gets through to anybody, and what was open goes on', () => {
    const straight = connects({ name: 'straight', called: 11, fate: s => (hole(s) === 'silent' ? 'silent' : 11) })
    const [finding] = judge(news, straight, held({ servers: [10] }))
    expect(finding).toMatchObject({ only: 'family', confidence: { level: 'possible' } })
    expect(finding?.ruledOut.map(({ what }) => what)).toEqual(['forwarding-off'])
    expect(finding?.says).toContain('full conntrack table')
  })

  test('others are reached: not the path', () => {
    expect(judge(news, connects({ name: 'straight', called: 11, fate: () => 11 }))).toEqual([])
  })

  test('of one address nothing is known but that it is silent; and loss is no outage', () => {
    expect(judge(news)).toEqual([])
    expect(judge(echoes({ every: 0.05, fate: (_, i) => (i % 3 ? 'silent' : 10) }), neighbour)).toEqual([])
  })

  test('names nobody it cannot know', () => {
    expect(JSON.stringify(judge(fell, news, neighbour))).not.toContain(server(20).pod)
  })
})
