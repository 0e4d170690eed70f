import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { netstat } from './facts.ts'
import { parseNetstat } from './parse.ts'

const fixture = (name: string): string => readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8')

/** Counters as the file has them: one for each word after the first of every second line. */
const inFile = (text: string): number =>
  text
    .split('\n')
    .filter((_, index) => index % 2 === 1)
    .reduce((sum, line) => sum + line.trim().split(/ +/).length - 1, 0)

describe('what kernels showed', () => {
  test.each(['2.6.32', '6.1', '6.18'])('%s: every counter of both files', kernel => {
    for (const file of ['snmp', 'netstat']) {
      const text = fixture(`linux-${kernel}-${file}`)
      expect(Object.keys(parseNetstat(text)).length).toBe(inFile(text))
    }
  })

  test('6.18: a namespace that sent three datagrams to nobody', () => {
    expect(parseNetstat(fixture('linux-6.18-snmp'))).toMatchObject({
      'Ip.Forwarding': 1,
      'Ip.InAddrErrors': 0,
      'Ip.OutTransmits': 13,
      'IcmpMsg.OutType3': 3,
      'Tcp.MaxConn': -1,
      'Udp.NoPorts': 3,
    })
    expect(parseNetstat(fixture('linux-6.18-netstat'))).toMatchObject({
      'TcpExt.TCPTimeouts': 0,
      'TcpExt.TCPAODroppedIcmps': 0,
      'IpExt.InNoECTPkts': 13,
      'MPTcpExt.WinProbe': 0,
    })
  })

  test('6.1: a node that forwards', () => {
    expect(parseNetstat(fixture('linux-6.1-snmp'))).toMatchObject({ 'Ip.ForwDatagrams': 342, 'Tcp.OutRsts': 0 })
    expect(parseNetstat(fixture('linux-6.1-netstat'))).toMatchObject({ 'IpExt.InOctets': 90_103 })
  })

  test('2.6.32: what later kernels lost, and not what they gained', () => {
    const counters = { ...parseNetstat(fixture('linux-2.6.32-snmp')), ...parseNetstat(fixture('linux-2.6.32-netstat')) }
    expect(counters).toMatchObject({
      'Ip.InAddrErrors': 25,
      'Tcp.OutRsts': 1003,
      'TcpExt.TCPPrequeued': 102_471,
      'TcpExt.TCPSackShiftFallback': 7,
      'IpExt.InOctets': 6_286_396_970,
    })
    expect(counters).not.toHaveProperty(['Tcp.InCsumErrors'])
  })
})

const good = 'Udp: InDatagrams NoPorts\nUdp: 1 2\n'
const expected = { 'Udp.InDatagrams': 1, 'Udp.NoPorts': 2 }

describe('beside a good pair', () => {
  test.each([
    ['a value too few', 'Ip: Forwarding DefaultTTL\nIp: 1\n'],
    ['a value too many', 'Ip: Forwarding\nIp: 1 64\n'],
    ['names alone', 'Ip: Forwarding DefaultTTL\n'],
    ['values alone', 'Ip: 1 64\n'],
    ['values of another group', 'Ip: Forwarding\nTcp: 1\n'],
    ['values that are none', 'Ip: Forwarding\nIp: yes\n'],
    ['hexadecimal values', 'Ip: Forwarding DefaultTTL\nIp: 0x1 64\n'],
    ['names that are none', 'Ip: __proto__ 7\nIp: 1 2\n'],
    ['no group', ': a\n: 1\n'],
    ['an empty line', '\n'],
    ['a line of another kind', 'Ip6InReceives 12\n'],
    ['hostile bytes', '\0\ufffd\u202e: \0\n\0: 1\n'],
  ])('%s does no harm, before it or after it', (_, text) => {
    expect(parseNetstat(`${text}${good}`)).toEqual(expected)
    expect(parseNetstat(`${good}${text}`)).toEqual(expected)
  })

  test('a number that is too large to be exact is left out, and its neighbours stay', () => {
    expect(parseNetstat(`IpExt: InOctets OutOctets\nIpExt: 18446744073709551615 7\n${good}`)).toEqual({
      'IpExt.OutOctets': 7,
      ...expected,
    })
  })
})

test('wherever a file is cut, what is left of it is right', () => {
  const text = fixture('linux-6.18-snmp')
  const all = parseNetstat(text)
  for (let cut = 0; cut < text.length; cut++) expect(all).toMatchObject(parseNetstat(text.slice(0, cut)))
})

test('whatever comes, it is counters, and not too many of them', () => {
  const token = fc.oneof(
    fc.constantFrom('Ip:', 'Tcp:', 'constructor:', 'Forwarding', 'toString', '1', '-1', '\nIp:', '\nTcp:', '\n'),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(
      fc.array(token, { maxLength: 60 }),
      tokens => void netstat.schema.parse(parseNetstat(tokens.join(' '))),
    ),
  )
  const names = Array.from({ length: 20_000 }, (_, i) => `a${i}`)
  const flood = `Ip: ${names.join(' ')}\nIp: ${names.map(() => 1).join(' ')}\n`
  expect(Object.keys(parseNetstat(flood)).length).toBe(2048)
  expect(parseNetstat('\n'.repeat(8_000_000))).toEqual({})
  expect(parseNetstat(`${'Ip: '.repeat(2_000_000)}\n${'Ip: '.repeat(2_000_000)}\n`)).toEqual({})
})
