import { describe, expect, test } from 'vitest'
import { began, connects, echoes, held, inOrder, look, ruled } from '../../../test/calls.ts'
import { caseFrom } from '../../../test/cases.ts'
import { examined } from '../../../test/stories.ts'
import type { Observation } from '../../outcome/observation.ts'
import { noEndpoints } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) =>
  noEndpoints.judge(caseFrom(inOrder([began()], ...parts, [examined(60)])))
const words = (findings: ReturnType<typeof judge>) =>
  findings.map(({ only, confidence, planned }) => `${only ?? ''}${confidence.level}${planned ? ' planned' : ''}`)

/** Met before 10 s and from 20 s on; in between refused at once, where the kernel has a message left. */
const empties = (s: number, i: number) => (s < 10 || s >= 20 ? 10 : i % 3 === 0 ? 'silent' : 'refused')
const refused = connects({ every: 1, fate: empties })
const icmp = (s: number, count: number) => look(s, { own: { 'Icmp.InDestUnreachs': count } })

describe('the node says so', () => {
  test('its rules refuse the address and have no backend', () => {
    const [finding] = judge(refused, [look(15, { rules: ruled() })])
    expect(finding).toMatchObject({ confidence: { level: 'proven' }, of: 10 })
    expect(finding?.says).toContain('has no backend, and is rejected')
    expect(finding?.explains).toHaveLength(10)
  })

  test('a port that keeps asking has no entry any more, and hears nothing: it is the same', () => {
    const pinned = echoes({ port: 40_700, every: 1, fate: s => (s < 10 || s >= 20 ? 10 : 'silent') })
    const [finding] = judge(refused, pinned, [look(15, { rules: ruled() })])
    expect(finding?.explains.filter(({ type }) => type === 'asked').length).toBeGreaterThanOrEqual(9)
  })

  test('a protocol that is emptied a moment later makes no chance of it', () => {
    const late = echoes({ every: 0.5, fate: s => (s < 13 || s >= 20 ? 10 : 'refused') })
    const [finding, ...more] = judge(connects({ every: 0.5, fate: empties }), late, [look(15, { rules: ruled() })])
    expect(more).toEqual([])
    expect(finding).toMatchObject({ confidence: { level: 'proven' } })
    expect(finding?.explains.length).toBeGreaterThanOrEqual(28)
  })

  test.each([
    ['no real server', []],
    ['weight 0', [{ address: '10.244.2.20', port: 7000, forward: 'Masq', weight: 0, active: 3, inactive: 0 }]],
  ])('IPVS has a virtual server with %s', (what, destinations) => {
    const service = {
      proto: 'tcp' as const,
      address: '10.96.22.22',
      port: 7000,
      scheduler: 'rr',
      flags: [],
      destinations,
    }
    const [finding] = judge(refused, [look(15, { ipvs: { services: [service] } })])
    expect(finding).toMatchObject({ confidence: { level: 'proven' } })
    expect(finding?.says).toContain(what)
  })

  test('what IPVS resets when the last server goes belongs to it', () => {
    const reset = held({ servers: [10, 11], fate: s => (s > 9 ? 'reset' : 'answered') })
    expect(judge(refused, reset, [look(15, { rules: ruled() })])[0]?.explains).toHaveLength(12)
  })

  test('what was read before or long after proves nothing', () => {
    expect(words(judge(refused, [look(5, { rules: ruled() }), look(40, { rules: ruled() })]))).toEqual([
      'familypossible',
    ])
  })

  test('rules that have backends contradict it', () => {
    expect(words(judge(refused, [look(15, { rules: ruled(10) })]))).toEqual(['familypossible'])
  })
})

describe('without the node', () => {
  test('connects that are refused by ICMP are refused by no server', () => {
    expect(words(judge(refused, [icmp(5, 0), icmp(25, 7)]))).toEqual(['likely'])
    expect(words(judge(refused, [icmp(5, 0), icmp(25, 2)]))).toEqual(['familypossible']) // RST
  })

  test('the sockets that new questions are refused at answer old ports', () => {
    const old = echoes({ name: 'old', port: 40_700, fate: () => 10 })
    expect(words(judge(echoes({ fate: empties }), old))).toEqual(['likely'])
  })

  test('refused and no more: only that the Service leads to nobody', () => {
    const [finding] = judge(refused)
    expect(finding).toMatchObject({ only: 'family', confidence: { level: 'possible' } })
    expect(finding?.missing[0]?.what).toContain('agent')
  })

  test('its servers have all said goodbye: planned', () => {
    const goodbye = held({ servers: [10, 10], fate: s => (s > 9 ? 'goodbye' : 'answered') })
    expect(words(judge(refused, goodbye, [icmp(5, 0), icmp(25, 7)]))).toEqual(['likely planned'])
    // One that only answered datagrams has nobody to say goodbye to.
    const another = echoes({ every: 1, fate: s => (s < 10 ? 20 : s < 20 ? 'refused' : 10) })
    expect(words(judge(refused, goodbye, another, [icmp(5, 0), icmp(25, 20)]))).toEqual(['likely planned'])
  })

  test('so have those that are asked in datagrams, and held straight', () => {
    const asked = echoes({ every: 1, fate: s => (s < 10 || s >= 20 ? 10 : 'refused') })
    const goodbye = held({ called: 10, servers: [10, 10], fate: s => (s > 9 ? 'goodbye' : 'answered') })
    expect(words(judge(asked, goodbye, [look(15, { rules: ruled() })]))).toEqual(['proven planned'])
    expect(words(judge(asked, [look(15, { rules: ruled() })]))).toEqual(['proven'])
  })
})

test.each([
  ['one refusal', connects({ every: 1, fate: s => (s === 12 ? 'refused' : 10) })],
  ['refusals among answers', connects({ fate: (_, i) => (i % 2 ? 'refused' : 10) })],
  ['silence', connects({ fate: s => (s < 10 ? 10 : 'silent') })],
  [
    'a server that is called straight',
    connects({ called: 10, fate: () => 'refused' }).concat(connects({ name: 'x', called: 10, to: 1, fate: () => 10 })),
  ],
])('%s is none', (_, told) => {
  expect(judge(told)).toEqual([])
})
