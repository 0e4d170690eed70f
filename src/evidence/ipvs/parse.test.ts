import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tupleOf } from '../tuple.ts'
import { ipvs } from './facts.ts'
import { addressAs, addressIn, countIn, portAs, portIn } from './number.ts'
import { findLines, headOf, parseConnection, parseServices, parseTimeouts } from './parse.ts'

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8')

test('every kind of service: TCP and UDP are told, with IPv6, flags and no destination; marks and SCTP are not', () => {
  const services = parseServices(fixture('kernel-6.1-ip_vs-everything'))
  const backend = { address: '10.244.2.53', forward: 'Masq', weight: 1, active: 0, inactive: 0 }
  const six = { address: 'fd00:10:244::53', port: 5353, forward: 'Masq', weight: 3 }
  expect(services).toEqual([
    {
      proto: 'udp',
      address: '10.96.22.22',
      port: 4000,
      scheduler: 'rr',
      flags: [],
      destinations: [{ ...backend, port: 4000, forward: 'Tunnel' }],
    },
    {
      proto: 'tcp',
      address: '10.96.22.22',
      port: 2222,
      scheduler: 'rr',
      flags: ['persistent'],
      destinations: [
        { ...backend, address: '10.244.9.9', port: 2222, weight: 0 },
        { ...backend, port: 2222, active: 1 },
      ],
    },
    {
      proto: 'udp',
      address: '10.96.22.22',
      port: 5000,
      scheduler: 'rr',
      flags: [],
      destinations: [{ ...backend, port: 5000, inactive: 1 }],
    },
    { proto: 'tcp', address: '10.96.22.22', port: 80, scheduler: 'rr', flags: [], destinations: [] },
    {
      proto: 'tcp',
      address: 'fd00:10:96::a',
      port: 53,
      scheduler: 'wlc',
      flags: ['persistent'],
      destinations: [{ ...six, active: 1, inactive: 0 }],
    },
    {
      proto: 'udp',
      address: '10.96.0.10',
      port: 53,
      scheduler: 'rr',
      flags: ['ops'],
      destinations: [{ ...backend, port: 53 }],
    },
    {
      proto: 'udp',
      address: 'fd00:10:96::a',
      port: 53,
      scheduler: 'wlc',
      flags: [],
      destinations: [{ ...six, active: 0, inactive: 1 }],
    },
  ]) // prettier-ignore
})

test('weight 0 with connections: a server that is gone but for them', () => {
  const services = parseServices(fixture('kernel-6.1-ip_vs-weight-zero'))
  expect(services?.find(({ proto, port }) => proto === 'tcp' && port === 7000)?.destinations).toEqual([
    { address: '10.244.2.12', port: 7000, forward: 'Masq', weight: 1, active: 10, inactive: 0 },
    { address: '10.244.2.11', port: 7000, forward: 'Masq', weight: 0, active: 0, inactive: 8 },
  ])
  const dns = parseServices(fixture('kernel-6.1-ip_vs-udp-weight-zero'))?.find(({ proto }) => proto === 'udp')
  expect(dns?.destinations.map(({ weight, active }) => [weight, active])).toEqual([
    [1, 0],
    [0, 0], // of UDP all are inactive
  ])
})

test('no service at all is not the same as no table', () => {
  expect(parseServices(fixture('kernel-6.1-ip_vs-empty'))).toEqual([])
  expect(parseServices('')).toBeUndefined()
  expect(parseServices('<html>')).toBeUndefined()
})

describe('a table that is not whole', () => {
  const text = fixture('kernel-6.1-ip_vs-weight-zero')

  test('cut in a line, it loses services, and none loses a destination', () => {
    const whole = parseServices(text) ?? []
    fc.assert(
      fc.property(fc.integer({ min: 30, max: text.length }), end => {
        fc.pre(text[end - 1] !== '\n')
        for (const service of parseServices(text.slice(0, end)) ?? []) expect(whole).toContainEqual(service)
      }),
    )
  })

  test.each([
    ['a destination in a form nobody knows', text.replace('  -> 0AF4020B:1B58 ', '  -> vsock(7):1B58 ')],
    ['a weight that is none', text.replace('0AF4020B:1B58      Masq    0 ', '0AF4020B:1B58      Masq    x ')],
    ['a service in a form nobody knows', text.replace('TCP  0A601616:1B58 rr', 'TCP  eth0/0A601616:1B58 rr')],
  ])('%s costs its service, and no other', (_, damaged) => {
    const left = parseServices(damaged)?.map(({ proto, port }) => `${proto} ${port}`)
    expect(left).toEqual(['tcp 7001', 'udp 7000', 'udp 30700'])
  })
})

test('connections of flows, as IPv4 and IPv6', () => {
  const text = fixture('kernel-6.1-ip_vs_conn-everything')
  const find = (proto: 'tcp' | 'udp', local: string, remote: string) => {
    const head = headOf(proto, tupleOf({ proto, local, remote }) ?? { src: '', dst: '', sport: 0, dport: 0 })
    const rest = findLines(text, [head])?.get(head)
    return rest === undefined ? 'absent' : parseConnection(rest)
  }
  expect(find('tcp', '10.244.1.10:40053', '10.96.22.22:2222')).toEqual({
    destination: '10.244.2.53:2222',
    state: 'ESTABLISHED',
    expiresS: 880,
  })
  expect(find('udp', '10.244.1.10:40058', '10.96.22.22:5000')).toEqual({
    destination: '10.244.2.53:5000',
    state: 'UDP',
    expiresS: 280,
  })
  expect(find('tcp', '[fd00:10:244::5]:40054', '[fd00:10:96::a]:53')).toEqual({
    destination: '[fd00:10:244::53]:5353',
    state: 'ESTABLISHED',
    expiresS: 880,
  })
  expect(find('udp', '[fd00:10:244::5]:40057', '[fd00:10:96::a]:53')).toEqual({
    destination: '[fd00:10:244::53]:5353',
    state: 'UDP',
    expiresS: 280,
  })
  expect(find('udp', '10.244.1.10:40053', '10.96.22.22:2222')).toBe('absent')
  expect(find('tcp', '10.244.1.10:40055', '10.96.22.22:2222')).toBe('absent')
}) // prettier-ignore

test.each([
  [
    'with what a helper adds',
    '0AF4020B 1B58 ESTABLISHED     899 sip call@10.0.0.1 x y',
    { destination: '10.244.2.11:7000', state: 'ESTABLISHED', expiresS: 899 },
  ],
  [
    'just expired, as 3.x printed it',
    '0AF4020B 1B58 NONE        18446744073709551',
    { destination: '10.244.2.11:7000', state: 'NONE' },
  ],
  ['with no timer', '0AF4020B 1B58 TIME_WAIT', { destination: '10.244.2.11:7000', state: 'TIME_WAIT' }],
  ['with no backend', 'ESTABLISHED     899', undefined],
  ['with nothing', '', undefined],
])('a connection %s', (_, rest, told) => expect(parseConnection(rest)).toEqual(told)) // prettier-ignore

test('a table of connections that was cut off says nothing about its last line', () => {
  const head = 'TCP 0AF4010A 9C75 0A601616 08AE '
  const text = fixture('kernel-6.1-ip_vs_conn-everything')
  const end = text.indexOf(head) + head.length
  expect(findLines(text.slice(0, end + 20), [head])?.size).toBe(0)
  expect(findLines('', [head])).toBeUndefined()
})

test('every service and connection of every recorded incident is read', () => {
  const incidents = new URL('../../../test/incidents/', import.meta.url)
  const kernels = readdirSync(incidents, { withFileTypes: true })
    .filter(each => each.isDirectory() && each.name.endsWith('-ipvs'))
    .flatMap(({ name }) => {
      const looks = gunzipSync(readFileSync(new URL(`${name}/looks.jsonl.gz`, incidents))).toString('utf8')
      return looks
        .trim()
        .split('\n')
        .flatMap(look => Object.values((JSON.parse(look) as Look).kernels))
    })
  const lines = kernels.flatMap(({ ip_vs_conn = '' }) => ip_vs_conn.split('\n').slice(1)).filter(line => line !== '')
  expect(lines.length).toBeGreaterThan(300)
  expect(lines.filter(line => parseConnection(line.slice(31)) === undefined)).toEqual([])
  for (const { ip_vs: text = '' } of kernels.filter(each => each.ip_vs)) {
    const services = parseServices(text) ?? []
    expect(services.length).toBe(text.match(/^(TCP|UDP) /gm)?.length ?? 0)
    expect(services.flatMap(each => each.destinations).length).toBe(text.match(/^ {2}-> [0-9A-F]/gm)?.length ?? 0)
  }
})

interface Look {
  readonly kernels: Readonly<Record<string, { readonly ip_vs?: string; readonly ip_vs_conn?: string }>>
}

test('timeouts', () => {
  expect(parseTimeouts(fixture('ipvsadm-timeout'))).toEqual({ tcp: 900, tcpfin: 120, udp: 300 })
  expect(parseTimeouts('Timeout (tcp tcpfin udp): 900 120')).toBeUndefined()
  expect(parseTimeouts('')).toBeUndefined()
})

test('addresses and ports there and back', () => {
  fc.assert(
    fc.property(fc.ipV4(), address => {
      expect(addressIn(addressAs(address))).toBe(address)
    }),
  )
  fc.assert(
    fc.property(fc.ipV6(), written => {
      const address = addressIn(`[${written}]`)
      if (address !== undefined && !address.includes('.')) expect(addressIn(addressAs(address))).toBe(address)
    }),
  )
  fc.assert(
    fc.property(fc.nat(65_535), port => {
      expect(portIn(portAs(port))).toBe(port)
    }),
  )
  expect(addressAs('fd00:10:96::a')).toBe('fd00:0010:0096:0000:0000:0000:0000:000a')
  expect(addressAs('::1')).toBe('0000:0000:0000:0000:0000:0000:0000:0001')
  for (const text of ['0A60000', 'localhost', '[fe80::1%eth0]', '', '0A60000G']) expect(addressIn(text)).toBeUndefined()
  for (const text of ['', '1B5', '1B588', '-1B5']) expect(portIn(text)).toBeUndefined()
  for (const text of ['', '-1', '1.5', '1e3', '4294967296', '99999999999']) expect(countIn(text)).toBeUndefined()
})

test('whatever is in the files, what is read is a fact or nothing', () => {
  const words = [fixture('kernel-6.1-ip_vs-everything'), fixture('kernel-6.1-ip_vs_conn-everything')].flatMap(text =>
    text.split(/(\s)/),
  )
  const noise = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 12 })), {
    maxLength: 60,
  })
  fc.assert(
    fc.property(noise, parts => {
      const text = parts.join('')
      const services = parseServices(`IP Virtual Server version 1.2.1 (size=4096)\n\n\n${text}`) ?? []
      const rest = findLines(`Pro FromIP \n${text}`, ['TCP '])?.get('TCP ') ?? text
      ipvs.schema.parse({ services, connections: [{ flow: '', ...parseConnection(rest) }] })
    }),
    { numRuns: 2000 },
  )
})
