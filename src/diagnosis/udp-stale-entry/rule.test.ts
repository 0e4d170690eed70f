import { describe, expect, test } from 'vitest'
import {
  dnsAt,
  echoAt,
  type Fares,
  inOrder,
  type Looked,
  looked,
  lost,
  newDns,
  oldDns,
  refused,
  type Series,
  series,
} from '../../../test/asking.ts'
import { caseFrom } from '../../../test/cases.ts'
import { opened } from '../../../test/stories.ts'
import type { Observation } from '../../outcome/observation.ts'
import { diagnostician } from '../diagnose.ts'
import { udpStaleEntry } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) => udpStaleEntry.judge(caseFrom(inOrder(...parts)))
const words = (findings: ReturnType<typeof judge>) =>
  findings.map(({ variant, only, confidence }) => `${only ?? variant} ${confidence.level}`)

/** Answered before 10 s, then not, until 20 s. */
const cutOff = (s: number): Fares => (s >= 10 && s < 20 ? lost : {})
const pinned: Series = { mode: 'pinned', port: 40_053, fares: cutOff }
const fresh: Series = { mode: 'fresh' }
/** Echo names who answers. */
const echoes = (mode: 'fresh' | 'pinned', fares: (s: number) => Fares): Series => ({
  kind: 'udp-echo',
  probe: 'echo',
  mode,
  port: 40_700,
  fares,
})

const gone = (s: number): Fares => (s >= 10 ? lost : {})
const connection = { flow: `udp 10.244.1.10:40053 ${dnsAt}`, destination: `${oldDns}:53`, state: 'UDP', expiresS: 299 }
const virtual = (weight: number) => {
  const destination = { address: oldDns, port: 53, forward: 'Masq', weight, active: 0, inactive: 3 }
  return {
    proto: 'udp' as const,
    address: '10.96.0.10',
    port: 53,
    scheduler: 'rr',
    flags: [],
    destinations: [destination],
  }
}

const led = [{ port: 40_053, to: oldDns }]
const stale: Looked = { led, rules: { [dnsAt]: [newDns] } }

test('a port that hears nothing, its entry to a server that is gone, new ports answered: proven, and how to cure it', () => {
  const [finding] = judge(series(pinned), series(fresh), [looked(15, stale)])
  expect(finding).toMatchObject({
    variant: 'endpoint',
    confidence: { level: 'proven' },
    remedy: expect.arrayContaining([
      'conntrack -D -p udp --orig-dst 10.96.0.10 --orig-port-dst 53 --dst-nat 10.244.2.53',
    ]),
  })
  expect(finding?.explains.length).toBe(40)
  expect(finding?.says).toContain('conntrack leads 10.244.1.10:40053 to 10.244.2.53:53')
  expect(finding?.evidence.map(({ source }) => source)).toEqual(
    expect.arrayContaining(['node conntrack-entries', 'node nat-rules']),
  )
})

test('so it is when the cluster says it, and the rules cannot be read', () => {
  const endpoint = { address: newDns, port: 53, ready: true, serving: true, terminating: false }
  const service = {
    name: 'kube-system/kube-dns',
    proto: 'udp' as const,
    address: '10.96.0.10',
    port: 53,
    via: 'cluster-ip' as const,
  }
  const cluster = { services: [{ ...service, endpointCount: 1, endpoints: [endpoint] }] }
  expect(words(judge(series(pinned), series(fresh), [looked(15, { led, cluster })]))).toEqual([
    'endpoint proven',
    'family likely',
  ])
})

describe('why nobody cleaned up is told', () => {
  test.each<[string, Looked['kubeProxy'], string]>([
    ['no program', { version: 'v1.31.14', conntrackBinary: false }, 'does not find it'],
    ['no program, and no version', { conntrackBinary: false }, 'of its own nothing is known'],
    ['a version that never looks again', { version: 'v1.31.14', conntrackBinary: true }, 'never looks again'],
    ['a version that needs none', { version: 'v1.33.6', conntrackBinary: false }, ''],
    ['nobody is there', { reachable: false, running: false }, 'no kube-proxy runs'],
    ['it is behind', { version: 'v1.38.0', healthy: false }, 'behind with its rules'],
    ['it did not sync since', { version: 'v1.38.0', lastSyncAt: 1 }, 'has not synced since'],
  ])('%s', (_, kubeProxy = {}, says) => {
    const [finding] = judge(series(pinned), series(fresh), [looked(15, { ...stale, kubeProxy })])
    expect(finding?.says).toContain(says)
    expect(finding?.evidence.some(({ source }) => source === 'node kube-proxy')).toBe(says !== '')
  })

  test('a version that leaves them when the last endpoint goes', () => {
    const none = looked(12, {
      ...stale,
      natRules: { services: [{ proto: 'udp', address: '10.96.0.10', port: 53, backends: [], refuses: true }] },
    })
    const [finding] = judge(series(pinned), series(fresh), [
      none,
      looked(15, { ...stale, kubeProxy: { version: 'v1.33.5' } }),
    ])
    expect(finding?.says).toContain('kubernetes#139628')
  })
})

describe('nothing is said', () => {
  test.each<[string, Series, Series, Looked]>([
    ['of a dead server that is still served', pinned, fresh, { led, rules: { [dnsAt]: [oldDns, newDns] } }],
    ['when new ports hear nothing either', pinned, { fares: cutOff }, {}],
    ['of three lost questions', { ...pinned, fares: s => (s >= 10 && s < 10.7 ? lost : {}) }, fresh, stale],
    ['of a port that loses some', { ...pinned, fares: (_, i) => (i % 3 === 0 ? lost : {}) }, fresh, {}],
    ['when IPVS leads the address', pinned, fresh, { ipvs: { services: [virtual(1)], connections: [connection] } }],
    ['while too few new ports were asked', pinned, { every: 3 }, {}],
  ])('%s', (_, one, other, said) => {
    expect(judge(series(one), series(other), [looked(15, said)], [looked(31, said)])).toEqual([])
  })

  test('of an entry that was deleted in the moment it was seen', () => {
    const short = { ...pinned, fares: (s: number) => (s >= 10 && s < 15.2 ? lost : {}) }
    expect(words(judge(series(short), series(fresh), [looked(15, stale)]))).not.toContain('endpoint proven')
  })
})

describe('without the node', () => {
  test('DNS does not say who answers: only the family is sure', () => {
    const [finding] = judge(series(pinned), series(fresh), [looked(31)])
    expect(finding).toMatchObject({ only: 'family', missing: [{ what: expect.stringContaining('agent') }] })
  })

  test('after enough answers to new ports, no number of servers explains it any more', () => {
    const long = { to: 60, fares: (s: number) => (s >= 10 && s < 50 ? lost : {}) }
    expect(words(judge(series({ ...pinned, ...long }), series({ to: 60 }), [looked(61)]))).toContain('endpoint likely')
  })

  test('echo says who answers: all of them do, and the port goes to somebody else', () => {
    const dead = echoes('pinned', s => (s >= 10 ? lost : { by: 'srv1/1' }))
    const well = echoes('fresh', s => ({ by: s >= 10 ? 'srv2/2' : 'srv1/1' }))
    expect(words(judge(series(dead), series(well), [looked(31)]))).toContain('endpoint likely')
  })

  test('refused, as ICMP allows, and not answered are one', () => {
    const dead = echoes('pinned', s => (s < 10 ? { by: 'srv1/1' } : s % 1 === 0 ? refused : lost))
    const well = echoes('fresh', s => ({ by: s >= 10 ? 'srv2/2' : 'srv1/1' }))
    const [finding] = judge(series(dead), series(well), [looked(31)])
    expect(finding).toMatchObject({ variant: 'endpoint', explains: { length: 80 } })
  })

  test('a port that goes on being answered by who is met no more tells of another', () => {
    const loyal = echoes('pinned', () => ({ by: 'srv1/1' }))
    const well = echoes('fresh', s => ({ by: s >= 9 ? 'srv2/2' : 'srv1/1' }))
    expect(words(judge(series(pinned), series(fresh), series(loyal), series(well), [looked(31)]))).toContain(
      'endpoint likely',
    )
  })

  test('where the kernel has IPVS it may be that', () => {
    const long = { to: 60, fares: (s: number) => (s >= 10 && s < 50 ? lost : {}) }
    const own = { 'net.ipv4.vs.conntrack': 1 }
    expect(words(judge(series({ ...pinned, ...long }), series({ to: 60 }), [looked(61, { own })]))).toEqual([
      'family likely',
    ])
  })

  test('a port that was never answered may be older than the Service', () => {
    const never = { ...pinned, fares: () => lost }
    const late = { fares: (s: number) => (s < 5 ? lost : {}) }
    const [finding] = judge(series(never), series(late), [looked(31)])
    expect(finding).toMatchObject({ only: 'family', says: expect.stringContaining('before the Service was there') })
    expect(finding?.explains.length).toBe(120 + 20)
  })
})

describe('a Service that is gone', () => {
  const port = { port: 40_700, called: echoAt, to: '10.244.2.11' }
  const story = [series(echoes('fresh', gone)), series(echoes('pinned', () => ({})))]
  const elsewhere = series({ mode: 'fresh' })

  test('answers whoever asked before: an entry that no rule names', () => {
    const [finding] = judge(...story, [
      looked(20, { led: [port], rules: {}, kubeProxy: { version: 'v1.31.14', conntrackBinary: false } }),
    ])
    expect(finding).toMatchObject({ variant: 'service', confidence: { level: 'proven' } })
    expect(finding?.remedy).toContain('conntrack -D -p udp --orig-dst 10.96.22.22 --orig-port-dst 7000')
    expect(finding?.says).toContain('does not find it')
  })

  test.each<[string, Looked, string[]]>([
    ['the rules still name it', { led: [port], rules: { [echoAt]: ['10.244.2.11'] } }, []],
    ['the rules were not asked about it', { led: [], rules: {} }, ['family possible']],
    [
      'not all rules could be read',
      { led: [port], rules: {}, natRules: { unread: ['ip6tables'] } },
      ['family possible'],
    ],
    ['nobody could look', {}, ['family possible']],
  ])('%s', (_, said, expected) => {
    expect(words(judge(...story, elsewhere, [looked(20, said)]))).toEqual(expected)
  })

  test('or it never was a Service: the server that answers has this address', () => {
    const peer = { pod: 'ext', node: 'ext', ip: '10.96.22.22', instance: 'i1' }
    expect(judge(...story, elsewhere, [opened(1, { peer })], [looked(31)])).toEqual([])
    const direct = { led: [{ port: 40_700, called: echoAt, to: '10.96.22.22' }] }
    expect(judge(...story, elsewhere, [looked(20, direct)])).toEqual([])
  })

  test('or the table is full: new ports elsewhere hear nothing either', () => {
    expect(judge(...story, series({ mode: 'fresh', fares: gone }), [looked(31)])).toEqual([])
  })
})

test('a node port that was asked too early is refused for as long as it asks', () => {
  const node = '192.168.77.1:30701'
  const early = { ...echoes('pinned', s => (s % 1 === 0 ? refused : lost)), called: node }
  const others = { ...echoes('fresh', s => (s < 5 ? lost : {})), called: node }
  const said = { led: [{ port: 40_700, called: node, to: '192.168.77.1' }], rules: { [node]: ['10.244.2.11:7000'] } }
  const [finding] = judge(series(early), series(others), [looked(12, said)])
  expect(finding).toMatchObject({ variant: 'node-port', confidence: { level: 'proven' } })
  expect(finding?.remedy).toContain('conntrack -D -p udp --dport 30701')
})

test('at first its family, then the mechanism, which closes by itself once the port is answered again', () => {
  const judge = diagnostician([udpStaleEntry])
  const looks = [looked(15, stale), looked(18), looked(45)]
  const told = inOrder(series({ ...pinned, to: 60 }), series({ ...fresh, to: 60 }), looks).flatMap(each =>
    judge.fold(each),
  )
  const words = told.map(
    ({ id, state, supersededBy }) => `${id} ${state}${supersededBy ? `, see ${supersededBy}` : ''}`,
  )
  expect(words).toEqual([
    'stale-flow-1 open',
    'udp-stale-entry-1 open',
    'stale-flow-1 closed, see udp-stale-entry-1',
    'udp-stale-entry-1 open',
    'udp-stale-entry-1 closed',
  ])
})
