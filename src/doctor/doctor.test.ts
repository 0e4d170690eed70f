import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Readings } from '../outcome/evidence.ts'
import type { Level } from './check.ts'
import { examine, worstOf } from './examine.ts'
import { checks } from './index.ts'

const at = Date.UTC(2026, 10, 21, 12)
type Values = Readonly<Record<string, unknown>>

/** What sources told: values, by name. */
const told = (values: Values): Readings =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { at, value }]))

const sysctls = (values: Readonly<Record<string, number>>) => ({
  sysctl: { 'net.ipv4.ip_forward': 1, 'net.ipv4.tcp_keepalive_time': 7200, ...values },
})
const table = (
  count: number,
  counters: Readonly<Record<string, number>> = { drop: 3, early_drop: 0, insert_failed: 0 },
) => ({
  conntrack: { count, max: 1000, counters },
})
const rules = (given: Values = {}) => ({
  'nat-rules': {
    through: 'iptables-save',
    serviceRules: true,
    services: [],
    masquerades: [
      { source: '10.244.0.0/16', randomFully: true, text: '-s 10.244.0.0/16 -j MASQUERADE --random-fully' },
    ],
    masqueradesMarked: true,
    randomFully: true,
    invalidDrop: true,
    ...given,
  },
})
const proxy = (given: Values = {}) => ({
  'kube-proxy': { reachable: true, mode: 'iptables', version: 'v1.38.1', lastSyncAt: at - 20_000, ...given },
})
const destination = (given: Values = {}) => ({
  address: '10.244.2.11',
  port: 7000,
  forward: 'Masq',
  weight: 1,
  active: 3,
  inactive: 2,
  ...given,
})
const virtual = (given: Values = {}, timeouts: Values | false = { tcp: 900, tcpfin: 120, udp: 300 }) => ({
  ipvs: {
    services: [
      {
        proto: 'tcp',
        address: '10.96.0.7',
        port: 7000,
        scheduler: 'rr',
        flags: [],
        destinations: [destination(given)],
      },
    ],
    connections: [],
    ...(timeouts && { timeouts }),
  },
})

const conntrack = 'net.netfilter.nf_conntrack_'
const noRules = {
  serviceRules: false,
  masquerades: [],
  masqueradesMarked: false,
  randomFully: false,
  invalidDrop: false,
}

/** check, case, what is told now, level, a part of the sentence, and what was told a second before. */
const cases: readonly (readonly [string, string, Values, Level, string, Values?])[] = [
  [
    'forwarding',
    'off',
    sysctls({ 'net.ipv4.ip_forward': 0, 'net.ipv4.conf.cni0.forwarding': 0 }),
    'wrong',
    'net.ipv4.ip_forward is 0: packets',
  ],
  [
    'forwarding',
    'off, with Services',
    { ...sysctls({ 'net.ipv4.ip_forward': 0 }), ...rules() },
    'wrong',
    'is 0: packets',
  ],
  ['forwarding', 'off, on no node', sysctls({ 'net.ipv4.ip_forward': 0 }), 'unknown', 'no kube-proxy is seen here'],
  ['forwarding', 'on', sysctls({ 'net.ipv4.conf.cni0.forwarding': 1, 'net.ipv4.conf.lo.forwarding': 0 }), 'ok', 'is 1'],
  ['forwarding', 'off for pods', sysctls({ 'net.ipv4.conf.cali12ab.forwarding': 0 }), 'wrong', 'off for cali12ab'],
  ['forwarding', 'off for one', sysctls({ 'net.ipv4.conf.eth0/7.forwarding': 0 }), 'will bite', 'off for eth0.7'],
  ['bridge', 'none', sysctls({}), 'ok', 'no bridge of pods'],
  [
    'bridge',
    'past the rules',
    sysctls({ 'net.ipv4.conf.cni0.forwarding': 1, 'net.bridge.bridge-nf-call-iptables': 0 }),
    'wrong',
    'is 0: a Service whose backend is on cni0',
  ],
  ['bridge', 'no module', sysctls({ 'net.ipv4.conf.cbr0.forwarding': 1 }), 'wrong', 'br_netfilter is not loaded'],
  [
    'bridge',
    'through the rules',
    sysctls({ 'net.ipv4.conf.cni0.forwarding': 1, 'net.bridge.bridge-nf-call-iptables': 1 }),
    'ok',
    'packets on cni0 meet the rules',
  ],
  ['rp-filter', 'strict', sysctls({ 'net.ipv4.conf.all.rp_filter': 1 }), 'will bite', 'is 1 (strict)'],
  [
    'rp-filter',
    'strict later',
    sysctls({ 'net.ipv4.conf.all.rp_filter': 0, 'net.ipv4.conf.default.rp_filter': 1 }),
    'will bite',
    'default.rp_filter is 1',
  ],
  [
    'rp-filter',
    'loose',
    sysctls({ 'net.ipv4.conf.all.rp_filter': 2, 'net.ipv4.conf.default.rp_filter': 1 }),
    'ok',
    'not strict',
  ],
  ['conntrack-table', 'has room', table(799), 'ok', '799 of 1000 conntrack entries, 79 %'],
  ['conntrack-table', 'is filling', table(800), 'will bite', '80 %'],
  ['conntrack-table', 'is full', table(950), 'wrong', '95 %'],
  ['conntrack-table', 'has no limit', { conntrack: { count: 7, max: 0, counters: {} } }, 'ok', 'no limit'],
  ['conntrack-drops', 'none', table(1), 'ok', 'nothing dropped within a second, 3 since'],
  ['conntrack-drops', 'some', table(1, { drop: 8 }), 'wrong', 'dropped 5 packets', table(1, { drop: 3 })],
  ['conntrack-drops', 'early', table(1, { drop: 3, early_drop: 4 }), 'will bite', 'gave up 4', table(1)],
  ['conntrack-drops', 'nobody knows', table(1, {}), 'unknown', 'cannot be read'],
  ['insert-failed', 'never', table(1), 'ok', 'no packet ever'],
  ['insert-failed', 'before', table(1, { insert_failed: 5 }), 'will bite', '5 packets lost a race'],
  [
    'insert-failed',
    'now',
    table(1, { insert_failed: 7 }),
    'wrong',
    '2 packets lost a race for their conntrack entry within a second',
    table(1, { insert_failed: 5 }),
  ],
  [
    'established-timeout',
    'long',
    sysctls({ [`${conntrack}tcp_timeout_established`]: 86_400 }),
    'ok',
    'after 86400 s, the default keepalive begins after 7200 s',
  ],
  [
    'established-timeout',
    'short',
    sysctls({ [`${conntrack}tcp_timeout_established`]: 600 }),
    'will bite',
    'after 600 s, before the default keepalive begins (7200 s)',
  ],
  [
    'udp-timeouts',
    'usual',
    sysctls({ [`${conntrack}udp_timeout`]: 30, [`${conntrack}udp_timeout_stream`]: 120 }),
    'ok',
    'after 30 s, a flow after 120 s',
  ],
  [
    'udp-timeouts',
    'short',
    sysctls({ [`${conntrack}udp_timeout`]: 30, [`${conntrack}udp_timeout_stream`]: 60 }),
    'will bite',
    'a flow after 60 s: a late answer',
  ],
  ['loose', 'off', sysctls({ [`${conntrack}tcp_loose`]: 0 }), 'will bite', 'hangs in silence'],
  ['loose', 'on', sysctls({ [`${conntrack}tcp_loose`]: 1 }), 'ok', 'is 1'],
  ['be-liberal', 'on', sysctls({ [`${conntrack}tcp_be_liberal`]: 1 }), 'ok', 'is 1'],
  [
    'be-liberal',
    'off, with the drop',
    { ...sysctls({ [`${conntrack}tcp_be_liberal`]: 0 }), ...rules() },
    'ok',
    'a rule drops INVALID',
  ],
  [
    'be-liberal',
    'off, in nftables mode',
    {
      ...sysctls({ [`${conntrack}tcp_be_liberal`]: 0 }),
      ...proxy({ mode: 'nftables' }),
      ...rules({ through: 'nft', invalidDrop: false }),
    },
    'will bite',
    'no rule drops INVALID packets (nftables mode)',
  ],
  [
    'be-liberal',
    'off, and nobody knows the rules',
    { ...sysctls({ [`${conntrack}tcp_be_liberal`]: 0 }), ...proxy() },
    'unknown',
    'in iptables mode; whether a rule drops',
  ],
  [
    'be-liberal',
    'off, and there is no Service',
    { ...sysctls({ [`${conntrack}tcp_be_liberal`]: 0 }), ...rules(noRules) },
    'ok',
    'no rules of Services',
  ],
  ['service-rules', 'there', rules(), 'ok', 'read with iptables-save'],
  ['service-rules', 'gone', { ...rules(noRules), ...proxy() }, 'wrong', 'every Service leads nowhere'],
  ['service-rules', 'of IPVS', { ...rules(noRules), ...proxy({ mode: 'ipvs' }) }, 'ok', 'made by IPVS'],
  ['service-rules', 'of nobody', rules(noRules), 'ok', 'no kube-proxy'],
  [
    'service-rules',
    'of another node',
    { ...rules(noRules), 'kube-proxy': { reachable: false, running: true } },
    'unknown',
    'of one in a container',
  ],
  ['masquerade', 'there', rules(), 'ok', 'masqueraded: 10.244.0.0/16'],
  ['masquerade', 'of kube-proxy gone', rules({ masqueradesMarked: false }), 'wrong', 'asks its own Service'],
  ['masquerade', 'none', rules({ masquerades: [] }), 'will bite', 'no rule masquerades what pods send'],
  [
    'masquerade',
    'none that can be read',
    rules({ masquerades: [], unread: ['nft: not permitted'] }),
    'unknown',
    'nft: not permitted',
  ],
  ['masquerade', 'none needed', rules(noRules), 'ok', 'no Service is here'],
  ['random-fully', 'there', rules(), 'ok', 'at random'],
  [
    'random-fully',
    'missing',
    rules({ masquerades: [{ source: '10.244.0.0/16', randomFully: false, text: '-j MASQUERADE' }] }),
    'will bite',
    'without --random-fully: -j MASQUERADE',
  ],
  ['kube-proxy', 'well', proxy(), 'ok', 'kube-proxy v1.38.1 (iptables) wrote its rules 20 s ago'],
  ['kube-proxy', 'behind', proxy({ healthy: false }), 'wrong', 'does not keep up'],
  ['kube-proxy', 'long ago', proxy({ lastSyncAt: at - 8_000_000 }), 'will bite', '8000 s ago'],
  [
    'kube-proxy',
    'gone',
    { ...rules(), 'kube-proxy': { reachable: false, running: false } },
    'wrong',
    'no kube-proxy runs',
  ],
  [
    'kube-proxy',
    'silent',
    { 'kube-proxy': { reachable: false, running: true } },
    'unknown',
    'does not answer on port 10249',
  ],
  ['kube-proxy', 'of nobody', { 'kube-proxy': { reachable: false, running: false } }, 'ok', 'no kube-proxy runs here'],
  [
    'kube-proxy-version',
    'of nobody',
    { 'kube-proxy': { reachable: false, running: false } },
    'ok',
    'no kube-proxy runs',
  ],
  ['kube-proxy-version', 'good', proxy(), 'ok', 'nothing bad is known of kube-proxy v1.38.1'],
  ['kube-proxy-version', 'bad', proxy({ version: 'v1.34.2' }), 'will bite', 'kubernetes#139628'],
  ['kube-proxy-version', 'strange', proxy({ version: 'banana' }), 'unknown', 'banana is no version'],
  ['conntrack-binary', 'not needed', proxy({ conntrackBinary: false }), 'ok', 'needs no conntrack program'],
  [
    'conntrack-binary',
    'missing',
    proxy({ version: 'v1.31.4', conntrackBinary: false }),
    'wrong',
    'v1.31.4 finds no conntrack',
  ],
  ['conntrack-binary', 'there', proxy({ version: 'v1.31.4', conntrackBinary: true }), 'ok', 'finds the conntrack'],
  ['conntrack-binary', 'of nobody', { 'kube-proxy': { reachable: false, running: false } }, 'ok', 'no kube-proxy runs'],
  ['conntrack-binary', 'hidden', proxy({ version: 'v1.31.4' }), 'unknown', 'cannot be seen'],
  ['ipvs-timeout', 'not used', rules(), 'unknown', 'nobody was asked'],
  ['ipvs-timeout', 'another mode', proxy(), 'ok', 'kube-proxy works in iptables mode'],
  [
    'ipvs-timeout',
    'short',
    { ...sysctls({}), ...virtual() },
    'will bite',
    'after 900 s, long before the default keepalive begins (7200 s)',
  ],
  [
    'ipvs-timeout',
    'long',
    { ...sysctls({}), ...virtual({}, { tcp: 86_400, tcpfin: 1, udp: 1 }) },
    'ok',
    'after 86400 s',
  ],
  ['ipvs-timeout', 'hidden', { ...sysctls({}), ...virtual({}, false) }, 'unknown', 'it is 900 s where nobody set it'],
  [
    'ipvs-expire-nodest',
    'off',
    { ...sysctls({ 'net.ipv4.vs.expire_nodest_conn': 0 }), ...virtual() },
    'will bite',
    'hang in silence',
  ],
  ['ipvs-expire-nodest', 'on', { ...sysctls({ 'net.ipv4.vs.expire_nodest_conn': 1 }), ...virtual() }, 'ok', 'is 1'],
  ['ipvs-ghosts', 'none', virtual(), 'ok', 'no connection goes'],
  [
    'ipvs-ghosts',
    'one',
    virtual({ weight: 0 }),
    'will bite',
    '3 connections go to destinations of weight 0 (10.244.2.11:7000 of 10.96.0.7:7000)',
  ],
]

const judged = (name: string, now: Values, before: Values) =>
  examine(told(before), told(now), at).find(({ check }) => check === name)

const rows = cases.map(([check, when, now, level, says, before = now]) => ({ check, when, now, level, says, before }))

test.each(rows)('$check: $when', ({ check, now, level, says, before }) => {
  const found = judged(check, now, before)
  expect(found).toMatchObject({ level, says: expect.stringContaining(says) as string })
  if (level === 'wrong' || level === 'will bite') expect(found?.fix).not.toEqual([])
})

test.each(checks)('$name is tested in its good and in a bad state', ({ name }) => {
  const seen = new Set(rows.filter(({ check }) => check === name).map(({ level }) => level))
  expect([seen.has('ok'), seen.size > 1]).toEqual([true, true])
})

describe('whoever sees nothing', () => {
  test('says of nothing that it is well, and why', () => {
    const blind = { sysctl: { at, absent: 'no permission' }, conntrack: { at, absent: 'no permission' } }
    for (const { level, says } of examine(blind, blind, at)) {
      expect(level).toBe('unknown')
      expect(says).toMatch(/no permission|nobody was asked/)
    }
  })

  test('is told the reason once', () => {
    const blind = { 'kube-proxy': { at, absent: 'kube-proxy: ECONNREFUSED' } }
    expect(examine(blind, blind, at).find(({ check }) => check === 'kube-proxy-version')?.says).toBe(
      'kube-proxy: ECONNREFUSED',
    )
  })

  test('is told by an agent that lies nothing that ends in a command', () => {
    const node = {
      ...sysctls({ 'net.ipv4.conf.a;reboot.forwarding': 0 }),
      ...virtual({ weight: 0, address: '$(reboot)' }),
    }
    expect(JSON.stringify(examine(told(node), told(node), at).map(({ fix }) => fix))).not.toContain('reboot')
  })
})

test('whatever sources tell, it is judged', () => {
  const value = fc.oneof(fc.integer(), fc.double(), fc.constant(0), fc.constant(1))
  const any = fc.record(
    {
      sysctl: fc.dictionary(fc.constantFrom(...Object.keys(sysctls({}).sysctl), `${conntrack}udp_timeout`), value),
      conntrack: fc.record({ count: value, max: value, counters: fc.dictionary(fc.string(), value) }),
      ipvs: fc.anything(),
      'nat-rules': fc.anything(),
      'kube-proxy': fc.anything(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(any, any, (first, second) => {
      expect(examine(told(first), told(second), at)).toHaveLength(checks.length)
    }),
  )
})

test('the worst comes first', () => {
  const now = { ...rules(), ...sysctls({ 'net.ipv4.ip_forward': 0, [`${conntrack}tcp_loose`]: 0 }), ...table(1) }
  const levels = examine(told(now), told(now), at).map(({ level }) => level)
  expect([levels[0], levels[1], levels.at(-1)]).toEqual(['wrong', 'will bite', 'ok'])
  expect(worstOf(examine(told(now), told(now), at))).toBe('wrong')
})
