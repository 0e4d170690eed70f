import { describe, expect, test } from 'vitest'
import type { LedgerFact } from '../../evidence/ledger/facts.ts'
import { began, connects, flowsOf, held, inOrder, look, ruled, server } from '../../../test/calls.ts'
import { caseFrom } from '../../../test/cases.ts'
import { examined, storyBegins } from '../../../test/stories.ts'
import type { Observation } from '../../outcome/observation.ts'
import { peerDied } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) =>
  peerDied.judge(caseFrom(inOrder([began()], ...parts, [examined(60)])))
const words = (findings: ReturnType<typeof judge>) =>
  findings.map(({ variant, confidence, planned }) => `${variant} ${confidence.level}${planned ? ' planned' : ''}`)

/** From 10 s on server 10 is gone; server 11 is on the same node, 20 on another. */
const gone = (how: 'silent' | 'closed' | 'reset') => (s: number, i: number) => (i === 10 && s >= 10 ? how : 'answered')
const servers = [10, 10, 10, 10, 10, 10, 20, 20, 20, 20, 20, 20, 20]
const fell = held({ servers, fate: gone('silent') })
const news = connects({ from: 12, every: 1, fate: () => 20 })
const ledger = (more: Partial<LedgerFact>) =>
  look(20, { ledger: [{ id: 'held-0', instance: server(10).instance, state: 'unreachable', ...more }] })

test('all that a server had fell silent, that of others did not: vanished', () => {
  const [finding] = judge(fell, news)
  expect(finding).toMatchObject({ variant: 'vanished', confidence: { level: 'likely' } })
  expect(finding?.says).toContain('srv20 (10.244.3.20) answers what is new')
  expect(finding?.explains).toHaveLength(6)
  expect(finding?.remedy).toContain('kubectl describe node node-b')
  expect(finding?.missing.map(({ what }) => what)).toEqual(expect.arrayContaining([expect.stringContaining('agent')]))
})

test('a kernel without IPVS has no weights an agent could tell of', () => {
  const own = { sysctl: { at: storyBegins, value: { 'net.ipv4.ip_forward': 1 } } }
  const [finding] = judge(fell, news, [examined(20, { own })])
  expect(finding?.missing.map(({ what }) => what)).toEqual(['the ledger of that server'])
})

test('its kernel closed them all at one moment: killed', () => {
  expect(words(judge(held({ servers, fate: gone('closed') }), news))).toEqual(['killed likely'])
})

describe('its ledger', () => {
  test('another process answers in its place: proven', () => {
    expect(words(judge(fell, [ledger({ state: 'unknown', answeredBy: 'somebody-else' })]))).toEqual(['vanished proven'])
  })

  test('does not answer either: that is enough for two connections, and not for one', () => {
    const two = held({ servers: [10, 10, 20], fate: gone('silent') })
    expect(judge(two)).toEqual([])
    expect(words(judge(two, [ledger({})]))).toEqual(['vanished likely'])
    expect(judge(held({ servers: [10, 20], fate: gone('silent') }), [ledger({})])).toEqual([])
  })

  test('answers: it is alive, and the verdict is another', () => {
    expect(judge(fell, news, [ledger({ state: 'open', answeredBy: server(10).instance })])).toEqual([])
  })
})

describe('it is still led to for a while', () => {
  const cut = held({ servers, fate: gone('closed') })
  const vain = connects({ from: 11, to: 15, every: 1, fate: () => 'refused' })
  const restarted = ledger({ state: 'unknown', answeredBy: 'somebody-else' })
  const explained = (...parts: readonly (readonly Observation[])[]) => judge(cut, news, ...parts)[0]?.explains.length

  test('who meets its corpse is explained where it surely died, and for a minute only', () => {
    expect(explained(vain)).toBe(6)
    expect(explained(vain, [restarted])).toBe(6 + 4)
    const later = connects({ name: 'later', from: 72, to: 76, every: 1, fate: () => 'refused' })
    expect(explained(vain, later, [restarted])).toBe(6 + 4)
  })

  test('who was led to others is not, nor who fared in another manner', () => {
    const led = flowsOf(vain)
      .slice(0, 1)
      .map(flow => ({ ...flow, to: server(20).ip }))
    const elsewhere = look(21, { led })
    expect(explained(vain, [restarted, elsewhere])).toBe(6 + 3)
    expect(explained(connects({ from: 11, to: 15, every: 1, fate: () => 'silent' }), [restarted])).toBe(6)
  })

  test('who has its address calls it in vain, known or not', () => {
    expect(
      explained(connects({ name: 'straight', called: 10, from: 11, to: 13, every: 1, fate: () => 'silent' })),
    ).toBe(8)
  })

  const ruledOutWith = (...backends: readonly number[]) =>
    judge(cut, news, [look(20, { rules: ruled(...backends) })])[0]?.ruledOut.map(({ what }) => what)

  test('the node leads there: that is not ruled out', () => {
    expect(ruledOutWith(20)).toContain('dead-endpoint')
    expect(ruledOutWith(10, 20)).not.toContain('dead-endpoint')
  })
})

describe('the cluster', () => {
  const { pod, ip } = server(10)
  const says = (lastEnd: object) => {
    const at = storyBegins + 12_000
    const pods = [
      { name: `longhold/${pod}`, uid: 'u', address: ip, ready: false, terminating: false, restarts: 0, lastEnd },
    ]
    const value = { services: [], pods, nodes: [], changes: [], missing: [] }
    return [examined(12, { cluster: { kubernetes: { at, value } } })]
  }
  const cut = held({ servers, fate: gone('closed') })

  test('says how its container ended: proven, before it is started again', () => {
    const [finding] = judge(cut, news, says({ at: storyBegins + 10_000, reason: 'OOMKilled', exitCode: 137 }))
    expect(finding?.confidence).toEqual({
      level: 'proven',
      because: `the container of pod longhold/${pod} ended: OOMKilled`,
    })
  })

  test('an end of long ago is another', () => {
    expect(words(judge(cut, news, says({ at: storyBegins - 600_000, reason: 'Error' })))).toEqual(['killed likely'])
  })
})

test('it said goodbye to others: planned', () => {
  const bye = held({ name: 'bye', servers: [10], fate: (s, i) => (i === 10 && s > 9 ? 'goodbye' : 'answered') })
  expect(words(judge(fell, news, bye))).toEqual(['vanished likely planned'])
})

test.each([
  ['it was heard from again', inOrder(fell, connects({ name: 'back', from: 25, every: 1, fate: () => 10 }))],
  ['others fell as well', held({ servers, fate: s => (s >= 10 ? 'silent' : 'answered') })],
  ['only our own node is heard', held({ servers: servers.map(i => (i === 20 ? 1 : i)), fate: gone('silent') })],
  ['what it had was reset by its first word: something forgot it', held({ servers, fate: gone('reset') })],
  ['it went with a goodbye', held({ servers, fate: (s, i) => (i === 10 && s > 10 ? 'goodbye' : 'answered') })],
  ['nothing happened', held({ servers })],
])('%s: not this', (_, told) => {
  expect(judge(told)).toEqual([])
})
