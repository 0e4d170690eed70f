import { describe, expect, test } from 'vitest'
import { dnsAt, inOrder, type Looked, looked, lost, newDns, oldDns, type Series, series } from '../../../test/asking.ts'
import { caseFrom } from '../../../test/cases.ts'
import { ended, exchanged, opened } from '../../../test/stories.ts'
import type { Ipvs } from '../../evidence/ipvs/facts.ts'
import type { Ended, Observation } from '../../outcome/observation.ts'
import { ipvsGhost } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) => ipvsGhost.judge(caseFrom(inOrder(...parts)))

const server = (address: string, port: number, weight: number, active = 0) => ({
  address,
  port,
  forward: 'Masq',
  weight,
  active,
  inactive: 3,
})
const virtual = (
  proto: 'tcp' | 'udp',
  at: string,
  destinations: readonly ReturnType<typeof server>[],
): Ipvs['services'][number] => {
  const [address = '', port = ''] = at.split(':')
  return { proto, address, port: Number(port), scheduler: 'rr', flags: [], destinations: [...destinations] }
}

describe('UDP', () => {
  const pinned: Series = { mode: 'pinned', port: 40_053, fares: s => (s >= 10 ? lost : {}) }
  const fresh = series({})
  const table = (weight: number, to = oldDns): Looked => ({
    ipvs: {
      services: [virtual('udp', dnsAt, [server(oldDns, 53, weight), server(newDns, 53, 1)])],
      connections: [{ flow: `udp 10.244.1.10:40053 ${dnsAt}`, destination: `${to}:53`, state: 'UDP', expiresS: 299 }],
    },
  })

  test('a port whose entry leads to weight 0 and hears nothing: proven', () => {
    const [finding] = judge(series(pinned), fresh, [looked(15, table(0))])
    expect(finding).toMatchObject({ variant: 'udp', confidence: { level: 'proven' }, explains: { length: 80 } })
    expect(finding?.remedy).toContain('ipvsadm -d -u 10.96.0.10:53 -r 10.244.2.53:53')
  })

  test.each<[string, Looked]>([
    ['with weight: it is dead, and gets new ones, too', table(1)],
    ['led to another', table(0, newDns)],
    [
      'without an entry',
      {
        ipvs: {
          services: [virtual('udp', dnsAt, [server(oldDns, 53, 0)])],
          connections: [{ flow: `udp 10.244.1.10:40053 ${dnsAt}` }],
        },
      },
    ],
    ['without IPVS', {}],
  ])('nothing is said of a server %s', (_, said) =>
    expect(judge(series(pinned), fresh, [looked(15, said)])).toEqual([]),
  )

  test('nor of an entry that was gone with the next question', () => {
    expect(
      judge(series({ ...pinned, fares: s => (s >= 10 && s < 15.2 ? lost : {}) }), fresh, [looked(15, table(0))]),
    ).toEqual([])
  })
})

describe('TCP', () => {
  const called = '10.96.22.22:7000'
  const dead = { pod: 'srv1', node: 'node-b', ip: '10.244.2.11', instance: 'i1' }
  const alive = { pod: 'srv2', node: 'node-b', ip: '10.244.2.12', instance: 'i2' }
  const silent = {
    state: 1,
    retransmits: 4,
    probes: 0,
    backoff: 4,
    rtoUs: 3e6,
    unacked: 1,
    lastDataSentMs: 700,
    lastDataRecvMs: 10_000,
    lastAckRecvMs: 10_000,
    rttUs: 500,
    totalRetrans: 5,
    minRttUs: 100,
  }
  const flow = (i: number) => ({ proto: 'tcp', local: `10.244.1.10:${41_000 + i}`, remote: called }) as const
  const lostOnes = (more: Partial<Ended> = {}) =>
    Array.from({ length: 6 }, (_, i) => [
      opened(i / 10, { id: `d${i}`, peer: dead }),
      ended(20 + i / 10, {
        id: `d${i}`,
        peer: dead,
        fate: 'timeout',
        code: 'DEADLINE',
        idleMs: 4000,
        tookUs: 4e6,
        tcpInfo: silent,
        flow: flow(i),
        ...more,
      }),
    ]).flat()
  const others = Array.from({ length: 6 }, (_, i) => [
    opened(i / 10, { id: `a${i}`, peer: alive }),
    exchanged(20 + i / 10, { id: `a${i}`, idleMs: 4000 }),
  ]).flat()
  const table = (weight: number, connections: Ipvs['connections'] = []): Looked => ({
    ipvs: {
      services: [virtual('tcp', called, [server(dead.ip, 7000, weight, 6), server(alive.ip, 7000, 1, 6)])],
      connections,
    },
  })

  test('connections that went silent, all with a server of weight 0: proven, by their server', () => {
    const [finding] = judge(lostOnes(), others, [looked(25, table(0))])
    expect(finding).toMatchObject({ variant: 'tcp', confidence: { level: 'proven' }, explains: { length: 6 }, of: 12 })
    expect(finding?.remedy).toContain('ipvsadm -d -t 10.96.22.22:7000 -r 10.244.2.11:7000')
    expect(finding?.missing.map(({ what }) => what)).toContain('the Kubernetes API')
  })

  test('and by their own entries', () => {
    const connections = [
      { flow: `tcp 10.244.1.10:41000 ${called}`, destination: `${dead.ip}:7000`, state: 'ESTABLISHED', expiresS: 899 },
    ]
    expect(judge(lostOnes(), others, [looked(25, table(0, connections))])[0]?.confidence.because).toContain(
      'entries of these connections',
    )
  })

  test('without the node, only the family, and only where the kernel has IPVS', () => {
    const own = { 'net.ipv4.vs.conntrack': 0 }
    expect(judge(lostOnes(), others, [looked(25, { own })])).toMatchObject([
      { only: 'family', explains: { length: 6 } },
    ])
    expect(judge(lostOnes(), others, [looked(25)])).toEqual([])
    expect(judge(lostOnes(), [looked(25, { own })])).toEqual([])
    expect(judge(lostOnes(), others, [opened(22, { id: 'again', peer: dead })], [looked(25, { own })])).toEqual([])
  })

  test.each<[string, readonly Observation[], Looked]>([
    ['when their server has weight', lostOnes(), table(1)],
    ['when they were reset', lostOnes({ fate: 'reset', code: 'ECONNRESET read' }), table(0)],
    [
      'when what they said was acknowledged',
      lostOnes({ tcpInfo: { ...silent, unacked: 0, totalRetrans: 0 } }),
      table(0),
    ],
    ['when IPVS could not be read', lostOnes(), {}],
  ])('nothing is said %s', (_, story, said) => expect(judge(story, others, [looked(25, said)])).toEqual([]))
})
