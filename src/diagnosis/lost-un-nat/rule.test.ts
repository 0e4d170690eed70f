import { describe, expect, test } from 'vitest'
import {
  dnsAt,
  echoAt,
  type Fares,
  inOrder,
  type Looked,
  looked,
  lost,
  me,
  type Series,
  series,
  strayed,
} from '../../../test/asking.ts'
import { caseFrom } from '../../../test/cases.ts'
import type { Observation } from '../../outcome/observation.ts'
import { opened } from '../../../test/stories.ts'
import { lostUnNat } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) => lostUnNat.judge(caseFrom(inOrder(...parts)))

const pod = '10.244.2.53'
const from = (by: string): Fares => ({ fate: 'wrong-source', code: 'WRONG_SOURCE', by })
const bypassed = (s: number): Fares => (s >= 10 ? from(pod) : {})
const fresh: Series = { to: 20, fares: bypassed }
const pinned: Series = { to: 20, mode: 'pinned', port: 40_053, fares: bypassed }
const waits: Looked = { led: [{ port: 40_053, to: pod }], sysctl: { 'net.bridge.bridge-nf-call-iptables': 1 } }
const bridgeOff: Looked = { ...waits, sysctl: { 'net.bridge.bridge-nf-call-iptables': 0 } }

test('answers from the pod itself, and an entry that waits for them in vain: proven', () => {
  const [finding] = judge(series(fresh), series(pinned), [looked(15, waits)])
  expect(finding).toMatchObject({ confidence: { level: 'proven' }, explains: { length: 80 } })
  expect(finding?.ruledOut.map(({ what }) => what)).toContain('bridge-bypass')
})

test('a lookup that fails for it belongs to it: a connected socket does not hear such an answer', () => {
  const lookups: Series = {
    to: 20,
    mode: 'resolver',
    server: '*',
    fares: s => (s >= 10 ? { ...lost, code: 'ETIMEDOUT' } : {}),
  }
  const heard = strayed(11, { mode: 'resolver', server: '*' }, 'wrong-source')
  const [finding] = judge(series(fresh), series(lookups), [heard], [looked(25, waits)])
  expect(finding?.explains.length).toBe(80)
})

describe('without the node', () => {
  test('another range of addresses is another node: likely', () => {
    expect(judge(series(fresh), [looked(21)])).toMatchObject([{ confidence: { level: 'likely' } }])
  })

  test('a neighbour’s answers may have come over the bridge: only the family is sure', () => {
    const near = { ...fresh, fares: (s: number) => (s >= 10 ? from('10.244.1.20') : {}) }
    expect(judge(series(near), [looked(21)])).toMatchObject([{ only: 'family', confidence: { level: 'possible' } }])
  })

  test('where a server is known to live on another node, it is no neighbour', () => {
    const began = {
      type: 'began',
      side: 'client',
      identity: { pod: 'client', node: 'node-a', ip: me, instance: 'me' },
      version: '1',
    } as const
    const near = { ...fresh, kind: 'udp-echo' as const, fares: (s: number) => (s >= 10 ? from('10.244.1.20') : {}) }
    const peer = { pod: 'srv1', node: 'node-b', ip: '10.244.1.20', instance: 'i1' }
    const at = { at: 0, steady: 0 }
    const told = judge([{ ...began, ...at }], series(near), [opened(1, { peer })], [looked(21)])
    expect(told).toMatchObject([{ confidence: { level: 'likely' } }])
  })
})

describe('nothing is said', () => {
  test('of a bridge whose packets meet no rules: that is bridge-bypass', () => {
    const near = { ...fresh, fares: (s: number) => (s >= 10 ? from('10.244.1.20') : {}) }
    expect(judge(series(near), [looked(21, bridgeOff)])).toEqual([])
  })

  test('when the node had asked somebody else than who answered: a stranger', () => {
    const elsewhere: Looked = { ...waits, led: [{ port: 40_053, to: '10.244.2.60' }] }
    expect(judge(series(fresh), series(pinned), [looked(15, elsewhere)])).toEqual([])
  })

  test('nor when the switch was turned back since', () => {
    const near = { ...fresh, fares: (s: number) => (s >= 10 ? from('10.244.1.20') : {}) }
    expect(judge(series(near), [looked(15, bridgeOff)], [looked(25, waits)])).toEqual([])
  })

  test('of three such answers', () => {
    const three = { ...fresh, fares: (s: number) => (s >= 10 && s < 10.7 ? from(pod) : {}) }
    expect(judge(series(three), [looked(21, waits)])).toEqual([])
  })

  test('when it depends on the name: something speaks in the server’s place', () => {
    const evil: Series = { ...pinned, probe: 'evil', fares: s => ({ question: 'evil A', ...bypassed(s) }) }
    const good: Series = { ...pinned, probe: 'good', port: 40_055, fares: () => ({ question: 'good A' }) }
    expect(judge(series(evil), series(good), [looked(21, waits)])).toEqual([])
  })
})

test('several Services are one verdict', () => {
  const echo: Series = { ...fresh, kind: 'udp-echo', probe: 'echo', fares: s => (s >= 10 ? from('10.244.2.11') : {}) }
  const told = judge(series(fresh), series(echo), [looked(21)])
  expect(told).toMatchObject([{ explains: { length: 80 } }])
  expect(told[0]?.remedy).toEqual(
    expect.arrayContaining([
      expect.stringContaining(dnsAt.split(':')[0] ?? ''),
      expect.stringContaining(echoAt.split(':')[0] ?? ''),
    ]),
  )
})
