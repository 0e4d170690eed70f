import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nameOf, valueOf } from './parse.ts'
import { forwarding, tcpTimeouts } from './wanted.ts'

describe('a value', () => {
  test.each([
    ['432000\n', 432_000],
    ['0\n', 0],
    ['-1\n', -1],
    ['32768\t60999\n', '32768 60999'],
    ['4096  131072\t6291456\n', '4096 131072 6291456'],
  ])('%j is %j', (text, value) => expect(valueOf(text)).toBe(value))

  test.each([
    '',
    '\n',
    '43200',
    ' 1\n',
    '1\n2\n',
    '1.5\n',
    '0x10\n',
    'NONE\n',
    '1e3\n',
    '\0\n',
    '1'.repeat(16) + '\n',
    '1',
  ])('%j is none: of the future, or half of one', text => expect(valueOf(text)).toBeUndefined())

  test('whatever else comes is none, at once', () => {
    expect(valueOf(`${'1'.repeat(8_000_000)}x`)).toBeUndefined()
    expect(valueOf(`${'1 '.repeat(4_000_000)}\n`)).toBeUndefined()
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text =>
        ['undefined', 'number', 'string'].includes(typeof valueOf(text)),
      ),
    )
  })
})

test.each([
  ['net/ipv4/ip_forward', 'net.ipv4.ip_forward'],
  ['net/ipv4/conf/eth0.100/forwarding', 'net.ipv4.conf.eth0/100.forwarding'],
  ['net/bridge/bridge-nf-call-iptables', 'net.bridge.bridge-nf-call-iptables'],
])('%s is named %s', (path, name) => expect(nameOf(path)).toBe(name))

test('of interfaces, those with names people give come first, and there are never more than 256', () => {
  const pods = Array.from({ length: 1000 }, (_, i) => `cali${String(i).padStart(11, '0')}`)
  const paths = forwarding([...pods, 'bond0.1234', 'eth0', 'default', 'lo', 'all'])
  expect(paths.length).toBe(256)
  expect(paths.slice(0, 5)).toEqual(
    ['all', 'default', 'lo', 'eth0', 'bond0.1234'].map(name => `net/ipv4/conf/${name}/forwarding`),
  )
})

test('a name that leads elsewhere, or is none, is no interface', () => {
  expect(forwarding(['..', 'a/b', '', 'a b', 'a\nb', 'x'.repeat(16), '\u{1f41f}'])).toEqual([])
  expect(
    tcpTimeouts(['nf_conntrack_tcp_timeout_close', 'nf_conntrack_tcp_timeout_../x', 'nf_conntrack_udp_timeout']),
  ).toEqual(['net/netfilter/nf_conntrack_tcp_timeout_close'])
})
