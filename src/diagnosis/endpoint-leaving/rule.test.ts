import { describe, expect, test } from 'vitest'
import { type Fares, inOrder, looked, lost, newDns, oldDns, type Series, series } from '../../../test/asking.ts'
import { caseFrom } from '../../../test/cases.ts'
import { storyBegins } from '../../../test/stories.ts'
import type { Change, ServiceFact } from '../../evidence/kubernetes/facts.ts'
import type { Observation } from '../../outcome/observation.ts'
import { diagnostician } from '../diagnose.ts'
import { rules } from '../index.ts'
import { endpointLeaving } from './rule.ts'

const third = '10.244.2.55'
const endpoint = (address: string, leaves = false) => ({
  address,
  port: 53,
  ready: !leaves,
  serving: true,
  terminating: leaves,
  pod: `kube-system/coredns-${address.split('.').at(-1)}`,
})
const service = (...endpoints: readonly ReturnType<typeof endpoint>[]): ServiceFact => ({
  name: 'kube-system/kube-dns',
  proto: 'udp',
  address: '10.96.0.10',
  port: 53,
  via: 'cluster-ip',
  endpointCount: endpoints.length,
  endpoints: [...endpoints],
})
const change = (s: number, what: Change['what'], address = oldDns): Change => ({
  at: storyBegins + s * 1000,
  what,
  who: 'kube-system/coredns-53',
  address,
})

/** One CoreDNS of three is told to end at 100 s, and is gone at 108 s. */
const told = (s: number, ...changes: readonly Change[]) =>
  looked(s, {
    cluster: { services: [service(endpoint(oldDns, true), endpoint(newDns), endpoint(third))], changes: [...changes] },
  })
const gone = (s: number, ...changes: readonly Change[]) =>
  looked(s, { cluster: { services: [service(endpoint(newDns), endpoint(third))], changes: [...changes] } })
const leaves = [change(100, 'endpoint-terminating'), change(108, 'endpoint-removed')] as const
const looks = [told(103, leaves[0]), gone(130, ...leaves)]

const everyThird =
  (from: number, to: number) =>
  (s: number, i: number): Fares =>
    s >= from && s < to && i % 3 === 0 ? lost : {}
const fresh = (fares: Series['fares']): Series => ({ mode: 'fresh', to: 160, ...(fares && { fares }) })
const pinned = (from: number, to: number): Series => ({
  mode: 'pinned',
  port: 40_053,
  to: 160,
  fares: s => (s >= from && s < to ? lost : {}),
})

const all = (...parts: readonly (readonly Observation[])[]) => inOrder(...parts, looks)
const judge = (...parts: readonly (readonly Observation[])[]) => endpointLeaving.judge(caseFrom(all(...parts)))

test('answers are missing while an endpoint leaves, and only then: likely it, and planned', () => {
  const [finding, ...others] = judge(series(fresh(everyThird(101, 110))))
  expect(others).toEqual([])
  expect(finding).toMatchObject({ planned: true, confidence: { level: 'likely' } })
  expect(finding?.explains).toHaveLength(12)
  expect(finding?.says).toMatch(
    /^12 of \d+ questions to 10\.96\.0\.10:53 were not answered while kube-system\/coredns-53 was leaving it; 2 endpoints of kube-system\/kube-dns are ready\.$/,
  )
  expect(finding?.evidence.map(({ says }) => says)).toContain('kube-system/coredns-53: endpoint-terminating')
})

test('a port that is led to it hears nothing until it is led elsewhere', () => {
  expect(judge(series(pinned(102, 111)), series(fresh(undefined)))).toMatchObject([{ explains: { length: 36 } }])
})

test('one answer is enough: a plan wakes nobody', () => {
  expect(judge(series(fresh((_, i) => (i === 408 ? lost : {}))))).toMatchObject([{ explains: { length: 1 } }])
})

/** One in three is lost from then on, as far as it is seen until then. */
function goingOn(to: number) {
  const seen = all(series({ ...fresh(everyThird(101, 400)), to }))
  return caseFrom(seen.filter(({ at }) => at <= storyBegins + to * 1000))
}

describe('not it', () => {
  test.each([
    ['when nobody leaves', [series(fresh(everyThird(101, 110))), [looked(103, {})]]],
    ['long before', [series(fresh(everyThird(10, 20)))]],
    ['when it began before', [series(fresh(everyThird(90, 110)))]],
    ['when all are lost, where one of three leaves', [series(fresh(s => (s >= 101 && s < 110 ? lost : {})))]],
  ])('%s', (_, parts) => {
    const [first = [], ...more] = parts
    const looksThen = more.length > 0 ? more : [looks]
    expect(endpointLeaving.judge(caseFrom(inOrder(first, ...looksThen)))).toEqual([])
  })

  test('when it goes on once it is gone, and then it is taken back', () => {
    expect(endpointLeaving.judge(goingOn(115))).toHaveLength(1)
    expect(endpointLeaving.isRefuted?.(goingOn(115))).toBe(false)
    expect(endpointLeaving.judge(goingOn(220))).toEqual([])
    expect(endpointLeaving.isRefuted?.(goingOn(220))).toBe(true)
  })
})

test('among all rules it is the one that is told', () => {
  const judging = diagnostician(rules)
  const verdicts = all(series(fresh(everyThird(101, 110)))).flatMap(each => judging.fold(each))
  expect(new Set(verdicts.map(({ name, planned }) => `${name} ${planned}`))).toEqual(new Set(['endpoint-leaving true']))
})
