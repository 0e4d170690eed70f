import { expect, test } from 'vitest'
import type { Readings } from '../../outcome/evidence.ts'
import { timersOf } from './from-node.ts'

const service = { proto: 'tcp', address: '10.96.0.10', port: 80, scheduler: 'rr', flags: [], destinations: [] }
const keepalive = {
  'net.ipv4.tcp_keepalive_time': 600,
  'net.ipv4.tcp_keepalive_intvl': 30,
  'net.ipv4.tcp_keepalive_probes': 4,
}
const established = { 'net.netfilter.nf_conntrack_tcp_timeout_established': 86_400 }

const told = (readings: Record<string, unknown>) =>
  timersOf(Object.fromEntries(Object.entries(readings).map(([name, value]) => [name, { at: 1, value }])), 1)

const brief = ({ hops }: ReturnType<typeof timersOf>) => hops.map(({ name, lowS }) => `${name} ${lowS}`)

test.each([
  ['conntrack alone', { sysctl: established }, ['conntrack 86400'], []],
  [
    'IPVS with its own timeout',
    { sysctl: established, ipvs: { services: [service], connections: [], timeouts: { tcp: 120, tcpfin: 1, udp: 1 } } },
    ['conntrack 86400', 'ipvs 120'],
    [],
  ],
  [
    'IPVS whose timeout nobody may read',
    { sysctl: established, ipvs: { services: [service], connections: [] } },
    ['conntrack 86400', 'ipvs 900'],
    ['900 s is assumed'],
  ],
  [
    'IPVS that balances nothing',
    { sysctl: established, ipvs: { services: [], connections: [], timeouts: { tcp: 120, tcpfin: 1, udp: 1 } } },
    ['conntrack 86400'],
    [],
  ],
  ['a node without conntrack', { sysctl: keepalive }, [], ['conntrack is not at work']],
  [
    'sysctls that make no sense',
    { sysctl: { 'net.netfilter.nf_conntrack_tcp_timeout_established': 'many' } },
    [],
    ['conntrack is not at work'],
  ],
])('%s', (_, readings, hops, untold) => {
  const timers = told(readings)
  expect(brief(timers)).toEqual(hops)
  expect(timers.untold).toHaveLength(untold.length)
  for (const [at, words] of untold.entries()) expect(timers.untold[at]).toContain(words)
})

test('the keepalive of the node is read as well', () => {
  expect(told({ sysctl: keepalive }).current).toEqual({ idleS: 600, intervalS: 30, count: 4, userTimeoutMs: 0 })
  expect(told({ sysctl: established }).current).toBeUndefined()
})

test('an agent that tells nothing is told with its reason', () => {
  const silent: Readings = { sysctl: { at: 1, absent: 'agent at 10.0.0.7:7002: ECONNREFUSED connect' } }
  expect(timersOf(silent, 1)).toEqual({
    hops: [],
    current: undefined,
    untold: ['sysctl: agent at 10.0.0.7:7002: ECONNREFUSED connect'],
  })
})
