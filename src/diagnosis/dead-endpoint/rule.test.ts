import { describe, expect, test } from 'vitest'
import {
  began,
  coin,
  connects,
  echoes,
  type Fate,
  flowsOf,
  held,
  inOrder,
  look,
  ruled,
  server,
} from '../../../test/calls.ts'
import { caseFrom } from '../../../test/cases.ts'
import { examined } from '../../../test/stories.ts'
import type { Observation } from '../../outcome/observation.ts'
import { deadEndpoint } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) =>
  deadEndpoint.judge(caseFrom(inOrder([began()], ...parts)))
const words = (findings: ReturnType<typeof judge>) =>
  findings.map(({ only, confidence, planned }) => `${only ?? ''}${confidence.level}${planned ? ' planned' : ''}`)

/** Two servers; from 10 s on one of them is dead. */
const dies = (ends: Fate) => (s: number, i: number) => (coin(i) === 0 ? 10 : s < 10 ? 11 : ends)
const silent = connects({ fate: dies('silent') })
const dead = server(11)
const end = examined(40)
const leads = (told: readonly Observation[], to = dead.ip) => flowsOf(told).map(flow => ({ ...flow, to }))
const newest = (told: readonly Observation[]) => leads(told).slice(-12)

const destination = (i: number, weight: number) =>
  ({ address: server(i).ip, port: 7000, forward: 'Masq', weight, active: 1, inactive: 0 }) as const

const virtual = (weight: number) =>
  look(20, {
    led: newest(silent),
    ipvs: {
      services: [
        {
          proto: 'tcp',
          address: '10.96.22.22',
          port: 7000,
          scheduler: 'rr',
          flags: [],
          destinations: [destination(10, 1), destination(11, weight)],
        },
      ],
    },
  })

const atWeight = (weight: number) => judge(silent, [virtual(weight), end]).map(({ confidence }) => confidence.level)

describe('who was there died a moment ago', () => {
  const [since, until] = [10, 100]
  const ends = (s: number, i: number) => (coin(i) === 0 ? 10 : s < since ? 11 : 'refused')
  const news = (to: number) => connects({ to, fate: ends })
  const cut = held({
    servers: [10, 10, 11, 11, 11, 11],
    to: until,
    fate: (s, i) => (i === 11 && s > since ? 'closed' : 'answered'),
  })
  const looked = (to: number) => look(to, { led: leads(news(to)).slice(-12), rules: ruled(10, 11) })
  const gone = look(20, {
    ledger: [{ id: 'held-2', instance: dead.instance, state: 'unknown', answeredBy: 'somebody-else' }],
  })
  const levels = (to: number, ...looks: readonly Observation[]) =>
    judge(cut, news(to), [...looks, looked(to), examined(until + 5)]).map(({ confidence }) => confidence.level)

  test('that it did is known: it is being noticed, and no dead endpoint, for a minute', () => {
    expect(levels(30, gone)).toEqual([])
    expect(levels(until, gone)).toEqual(['proven'])
  })

  test('it is led to for longer, by few: those who met it before speak for them', () => {
    const few = connects({ name: 'few', from: 75, to: 78, every: 1, fate: () => 'refused' })
    const led = look(79, { led: leads([...news(15), ...few]), rules: ruled(10, 11) })
    const [finding] = judge(cut, news(15), few, [gone, led, examined(until + 5)])
    expect(finding?.confidence.level).toBe('proven')
    const elsewhere = look(79, { led: [...leads(news(15)), ...leads(few, server(10).ip)], rules: ruled(10, 11) })
    expect(judge(cut, news(15), few, [gone, elsewhere, examined(until + 5)])).toEqual([])
  })

  test('nobody knows: it may come back', () => {
    expect(levels(30)).toEqual(['likely'])
    expect(levels(until)).toEqual(['proven'])
  })
})

describe('with the node', () => {
  const looked = look(20, { led: newest(silent), rules: ruled(10, 11) })

  test('failures lead to one backend that nobody hears from, and that the rules still have: proven, with its address', () => {
    const [finding] = judge(silent, [looked, end])
    expect(finding).toMatchObject({ confidence: { level: 'proven' } })
    expect(finding?.says).toContain(dead.ip)
    expect(finding?.remedy.join('\n')).toContain(`conntrack -D -p udp --reply-src ${dead.ip}`)
    expect(finding?.explains).toHaveLength(flowsOf(silent).length)
  })

  test('who calls its address straight meets the same', () => {
    const straight = connects({ name: 'straight', called: 11, from: 15, to: 20, every: 1, fate: () => 'silent' })
    expect(judge(silent, straight, [looked, end])[0]?.explains).toHaveLength(flowsOf(silent).length + 5)
  })

  test('so it is in IPVS, at full weight; at weight 0 it is another matter', () => {
    expect(atWeight(1)).toEqual(['proven'])
    expect(atWeight(0)).not.toContain('proven')
  })

  test('a backend that is not in the rules any more is not proven, nor one that was heard from', () => {
    const gone = look(20, { led: newest(silent), rules: ruled(10) })
    expect(words(judge(silent, [gone, end]))).toEqual(['likely']) // by what was seen
    const lies = look(20, { led: leads(silent, server(10).ip), rules: ruled(10, 11) })
    expect(words(judge(silent, [lies, end]))).toEqual(['likely'])
  })

  test('the rules could not be read: likely, and what is missing is named', () => {
    const [finding] = judge(silent, [look(20, { led: newest(silent) }), end])
    expect(finding).toMatchObject({ confidence: { level: 'likely' } })
    expect(finding?.missing[0]?.what).toContain('nat-rules')
  })

  test('a few failures that happen to lead there are no proof', () => {
    const few = connects({ from: 9, to: 11.5, fate: dies('silent') })
    expect(words(judge(few, [look(14, { led: leads(few), rules: ruled(10, 11) }), end]))).not.toContain('proven')
  })
})

describe('without the node', () => {
  test('a server that used to be met is missed more often than chance allows', () => {
    const [finding] = judge(silent, [end])
    expect(finding).toMatchObject({ confidence: { level: 'likely' } })
    expect(finding?.says).toContain(`${dead.pod} (${dead.ip})`)
    expect(finding?.missing[0]?.what).toContain('agent')
  })

  test('refusals among answers', () => {
    expect(words(judge(echoes({ fate: dies('refused') }), [end]))).toEqual(['likely'])
  })

  test('what it had belongs to it: connections, ports that keep asking', () => {
    const had = held({ servers: [10, 11, 10, 11], fate: (s, i) => (s > 10 && i === 11 ? 'silent' : 'answered') })
    const port = echoes({ name: 'old', port: 40_700, fate: s => (s < 10 ? 11 : 'silent') })
    const other = echoes({ name: 'other', port: 40_800, fate: () => 10 })
    const all = judge(silent, had, port, other, [end])[0]?.explains.length
    expect(all).toBe(flowsOf(silent).length + 2 + 80)
  })

  test('of servers that were never met, where others are reached and no second try is saved', () => {
    const knocking = connects({ from: 10, every: 0.05, to: 13, fate: (_, i) => (coin(i) ? 'silent' : 10) })
    const straight = connects({ name: 'straight', called: 10, from: 10, every: 0.05, to: 13, fate: () => 10 })
    expect(words(judge(knocking, straight, [end]))).toEqual(['likely'])
    expect(words(judge(knocking, [end]))).toEqual(['familypossible']) // one of several paths may be to blame
  })

  test('a server that said goodbye is still led to for a moment: planned', () => {
    const goodbye = held({ servers: [11, 11], fate: s => (s > 9 ? 'goodbye' : 'answered') })
    expect(words(judge(connects({ to: 20, fate: dies('refused') }), goodbye, [end]))).toEqual(['likely planned'])
  })
})

describe('is silent', () => {
  test.each([
    ['all is well', connects({ fate: (_, i) => 10 + coin(i) })],
    [
      'one port of the address is refused always, and another never',
      inOrder(echoes({ fate: () => 'refused' }), echoes({ name: 'other', fate: () => 10 })),
    ],
    ['one or two fail', connects({ fate: (_, i) => (i === 40 || i === 80 ? 'silent' : 10 + coin(i)) })],
    ['nothing at all gets through', connects({ fate: s => (s < 10 ? 10 : 'silent') })],
    ['it was over all along and then was not', connects({ fate: s => (s > 10 && s < 15 ? 'silent' : 10) })],
    [
      'packets are lost by chance, and both servers are met',
      echoes({ fate: (_, i) => (coin(i, 5) === 0 ? 'silent' : 10 + coin(i + 500)) }),
    ],
    [
      'a neighbour answers under its own address',
      echoes({ fate: (s, i) => (s < 10 || coin(i) ? 10 : { wrongly: server(1).ip }) }),
    ],
  ])('when %s', (_, told) => {
    expect(judge(told, [end])).toEqual([])
  })

  test('when the server that is missed is this very pod', () => {
    const told = inOrder([began(0, server(11))], connects({ fate: dies('silent') }), [end])
    expect(deadEndpoint.judge(caseFrom(told))).toEqual([])
  })

  test('when every server that is missed is of one node, and that node is silent', () => {
    const two = connects({ fate: (s, i) => (coin(i, 4) < 2 ? 10 : s < 10 ? 20 + coin(i + 9) : 'silent') })
    expect(judge(two, [end])).toEqual([])
  })
})

const refusedFrom = (s: number) => (at: number) => (at < s ? 10 : ('refused' as const))

test('an event that meets one protocol some seconds after the other is no backend that is dead', () => {
  const sooner = connects({ every: 0.5, fate: refusedFrom(10) })
  const later = echoes({ every: 0.5, fate: refusedFrom(13) })
  expect(words(judge(sooner, later, [end]))).toEqual([])
})
