import { describe, expect, test } from 'vitest'
import { counter } from './kernel-text.ts'

/** As Linux 6.18 prints them. */
const texts = {
  snmp: `Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors
Ip: 1 64 1204 0 13
Tcp: RtoAlgorithm RtoMin EstabResets OutRsts
Tcp: 1 200 4 21
`,
  netstat: `TcpExt: SyncookiesSent TCPKeepAlive
TcpExt: 0 80
`,
  'nf_conntrack stat': `entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  expect_new expect_create expect_delete search_restart
00000002  00000000 00000000 00000000 0000000a 00000000 00000000 00000000 00000000 00000000 00000001 00000000 00000000  00000000 00000000 00000000 00000000
00000002  00000003 00000000 00000000 00000001 00000000 00000000 00000000 00000000 00000000 00000010 00000000 00000000  00000000 00000000 00000000 00000000
`,
}

describe('a counter', () => {
  test.each([
    ['Ip InAddrErrors', 13],
    ['Tcp OutRsts', 21],
    ['TcpExt TCPKeepAlive', 80],
    ['conntrack invalid', 11],
    ['conntrack drop', 17],
    ['conntrack clashres', 3],
  ])('%s', (name, value) => expect(counter(texts, name)).toBe(value))

  test.each(['Ip Nonsense', 'Nonsense InAddrErrors', 'conntrack nonsense'])('%s is not there', name =>
    expect(() => counter(texts, name)).toThrow(`no counter "${name}" was read`),
  )
})
