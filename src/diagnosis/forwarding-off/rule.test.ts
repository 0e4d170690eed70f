import { describe, expect, test } from 'vitest'
import { began, connects, echoes, held, inOrder, look } from '../../../test/calls.ts'
import { caseFrom } from '../../../test/cases.ts'
import { examined, storyBegins } from '../../../test/stories.ts'
import type { Observation } from '../../outcome/observation.ts'
import { forwardingOff } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) =>
  forwardingOff.judge(caseFrom(inOrder([began()], ...parts, [examined(60)])))
const levels = (findings: ReturnType<typeof judge>) => findings.map(({ confidence }) => confidence.level)

const cut = (s: number) => (s < 10 || s >= 20 ? 10 : ('silent' as const))
const lost = inOrder(
  echoes({ fate: cut }),
  held({ servers: [10, 11], fate: s => (cut(s) === 10 ? 'answered' : 'silent') }),
)
const neighbour = held({ name: 'neighbour', called: 1, servers: [1, 1] })
const on = { 'net.ipv4.ip_forward': 1, 'net.ipv4.conf.all.forwarding': 1, 'net.ipv4.conf.eth0.forwarding': 1 }
const off = { ...on, 'net.ipv4.ip_forward': 0, 'net.ipv4.conf.eth0.forwarding': 0 }
const eth0 = { ...on, 'net.ipv4.conf.eth0.forwarding': 0 }
const at = (s: number, sysctl: Record<string, number>, stranded: number) =>
  look(s, { sysctl, netstat: { 'Ip.InAddrErrors': stranded } })

const read = (sysctl: object) => ({ sysctl: { at: storyBegins + 15_000, value: sysctl } })

describe('forwarding was off', () => {
  const looks = [at(5, on, 7), at(15, off, 30), at(25, on, 60)]

  test('and packets were stranded: proven, with the sysctl to set', () => {
    const [finding] = judge(lost, neighbour, looks)
    expect(finding).toMatchObject({ confidence: { level: 'proven' } })
    expect(finding?.remedy).toContain('sysctl -w net.ipv4.ip_forward=1')
    expect(finding?.explains).toHaveLength(42)
    expect(finding?.evidence.map(({ says }) => says).join()).toContain('Ip.InAddrErrors rose by 53')
  })

  test('while it lasts', () => {
    expect(levels(judge(lost, [at(5, on, 7), at(12, off, 30), at(15, off, 60)]))).toEqual(['proven'])
  })

  test('the counter could not be read: likely, and that is missing', () => {
    const [finding] = judge(lost, [look(5, { sysctl: on }), look(15, { sysctl: off }), look(25, { sysctl: on })])
    expect(finding).toMatchObject({ confidence: { level: 'likely' } })
    expect(finding?.missing[0]?.what).toContain('netstat')
  })

  test('our network is the node’s own: nothing of ours is passed on', () => {
    const podsOwn = { ...on, 'net.ipv4.conf.eth1.forwarding': 0 }
    const inIts = (own: object) => examined(15, { own: read(own), node: read(off) })
    expect(levels(judge(lost, [inIts(podsOwn)]))).toEqual(['likely'])
    expect(judge(lost, [inIts(off)])).toEqual([])
  })

  test('other nodes answer all the while: nothing of ours needs it', () => {
    expect(
      judge(echoes({ every: 2, fate: cut }), connects({ name: 'fine', called: 11, fate: () => 11 }), looks),
    ).toEqual([])
  })
})

describe('of an interface', () => {
  test('with as many stranded packets', () => {
    const [finding] = judge(lost, [at(5, on, 7), at(15, eth0, 30), at(25, on, 60)])
    expect(finding).toMatchObject({ confidence: { level: 'proven' } })
    expect(finding?.remedy).toContain('sysctl -w net.ipv4.conf.eth0.forwarding=1')
  })

  test('that is off all along, and strands next to nothing, is not to blame', () => {
    expect(judge(lost, [at(5, eth0, 7), at(15, eth0, 8), at(25, eth0, 8)])).toEqual([])
  })
})

test.each([
  ['forwarding is on', [at(5, on, 7), at(15, on, 60), at(25, on, 60)]],
  ['it was off when nothing failed', [at(40, off, 7), at(45, off, 9)]],
  ['the node says nothing', []],
  [
    'loopback, and the default for interfaces to come, are off',
    [
      at(5, on, 7),
      at(15, { ...on, 'net.ipv4.conf.lo.forwarding': 0, 'net.ipv4.conf.default.forwarding': 0 }, 60),
      at(25, on, 60),
    ],
  ],
])('%s', (_, looks) => {
  expect(judge(lost, looks)).toEqual([])
})
