import { describe, expect, test } from 'vitest'
import { began, coin, connects, echoes, flowsOf, held, inOrder, look, me, ruled, server } from '../../../test/calls.ts'
import { caseFrom } from '../../../test/cases.ts'
import { examined } from '../../../test/stories.ts'
import type { Identity } from '../../../src/outcome/identity.ts'
import type { Observation } from '../../outcome/observation.ts'
import { snatMissing } from './rule.ts'

const judgeAs = (self: Identity, ...parts: readonly (readonly Observation[])[]) =>
  snatMissing.judge(caseFrom(inOrder([began(0, self)], ...parts, [examined(60)])))
const judge = (...parts: readonly (readonly Observation[])[]) => judgeAs(me, ...parts)
const words = (findings: ReturnType<typeof judge>) =>
  findings.map(({ only, variant, confidence }) => `${only ?? variant} ${confidence.level}`)

/** A host outside that runs a server, called by its own address. */
const outside = 30
const { ip } = server(outside)
const cut = (s: number) => (s >= 10 && s < 20 ? 'silent' : outside)
const news = connects({ called: outside, fate: cut })
const old = held({ name: 'old', called: outside, servers: [outside, outside] })
const inside = connects({ name: 'inside', fate: (_, i) => 10 + coin(i) })
const bare = flowsOf(news)
  .slice(0, 8)
  .map(flow => ({ ...flow, to: ip }))
const pinned = echoes({ name: 'pinned', called: ip, port: 40_900, fate: () => outside })
const translated = {
  local: `${me.ip}:40900`,
  remote: `${ip}:7000`,
  proto: 'udp' as const,
  to: ip,
  back: '192.168.77.1',
  replied: true as const,
}
const rule = { source: '10.244.0.0/16', text: '-A FLANNEL-POSTRTG -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE' }

describe('egress', () => {
  test('new flows leave with our own address, old ones do not: proven', () => {
    const [finding] = judge(news, old, inside, pinned, [look(15, { led: [...bare, translated], rules: ruled(10, 11) })])
    expect(finding).toMatchObject({ variant: 'egress', confidence: { level: 'proven' } })
    expect(finding?.says).toContain(me.ip)
    expect(finding?.explains).toHaveLength(flowsOf(news).length)
  })

  test('the rule that is gone is quoted, and how to put it back', () => {
    const looks = [look(1, { rules: { masquerades: [rule] } }), look(15, { led: bare, rules: {} })]
    const [finding] = judge(news, old, looks)
    expect(finding).toMatchObject({ variant: 'egress', confidence: { level: 'proven' } })
    expect(finding?.evidence.map(({ says }) => says)).toContain(`gone: ${rule.text}`)
    expect(finding?.remedy).toContain(`iptables -t nat ${rule.text}`)
  })

  test('to a pod nothing is ever translated: that alone says nothing', () => {
    expect(judge(news, [look(15, { led: bare, rules: { masquerades: [rule] } })])).toEqual([])
    expect(
      judge(news, [look(15, { led: [...bare.map(each => ({ ...each, back: '192.168.77.1' })), translated] })]),
    ).toEqual([])
  })

  test('without the node: the family, if what was open goes on and others are reached', () => {
    expect(words(judge(news, old, inside))).toEqual(['family possible'])
    expect(judge(news, old)).toEqual([])
    expect(judge(news, inside)).toEqual([])
    const fell = held({
      name: 'old',
      called: outside,
      servers: [outside, outside],
      fate: s => (s > 10 ? 'silent' : 'answered'),
    })
    expect(judge(news, fell, inside)).toEqual([])
  })
})

test('bridge: our own address is none of the pods’', () => {
  const container = { ...me, ip: '172.18.0.2' }
  const ours = bare.map(each => ({ ...each, local: each.local.replace(me.ip, container.ip) }))
  const told = news.map(each =>
    'flow' in each && each.flow
      ? { ...each, flow: { ...each.flow, local: each.flow.local.replace(me.ip, container.ip) } }
      : each,
  )
  const pod = connects({ name: 'pod', called: 1, fate: () => 1 })
  const looked = look(15, { led: [...ours, { ...translated, local: `${container.ip}:40900` }] })
  expect(words(judgeAs(container, told, old, pod, [looked]))).toEqual(['bridge proven'])
})

const dies = (s: number, i: number) => (coin(i, 3) > 0 ? 10 + coin(i, 3) : s < 10 ? 10 : 'silent')

describe('hairpin', () => {
  const self = { ...server(10), instance: 'client' }
  const loops = connects({ fate: dies })
  const looped = flowsOf(loops)
    .slice(0, 8)
    .map(flow => ({ ...flow, local: flow.local.replace(me.ip, self.ip), to: self.ip }))
  const own = loops.map(each =>
    'flow' in each && each.flow
      ? { ...each, flow: { ...each.flow, local: each.flow.local.replace(me.ip, self.ip) } }
      : each,
  )

  test('the pod is led to itself, and nothing masquerades that: proven', () => {
    const looked = look(15, { led: looped, rules: { ...ruled(10, 11, 12), masqueradesMarked: false } })
    expect(words(judgeAs(self, own, [looked]))).toEqual(['hairpin proven'])
  })

  test('the rules could not be read: likely', () => {
    expect(words(judgeAs(self, own, [look(15, { led: looped })]))).toEqual(['hairpin likely'])
  })

  test('without the node: the backend that is missed is this very pod', () => {
    const [finding] = judgeAs(self, own)
    expect(finding).toMatchObject({ variant: 'hairpin', confidence: { level: 'likely' } })
    expect(finding?.missing[0]?.what).toContain('agent')
    expect(judge(own)).toEqual([]) // it is another one
  })

  test('refused, or still met now and then: not this', () => {
    expect(judgeAs(self, connects({ fate: (s, i) => (dies(s, i) === 'silent' ? 'refused' : dies(s, i)) }))).toEqual([])
    expect(judgeAs(self, connects({ fate: (s, i) => (i % 10 === 0 ? 10 : dies(s, i)) }))).toEqual([])
  })
})
