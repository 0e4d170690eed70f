import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entry } from './facts.ts'
import { parseEntry } from './parse.ts'
import { refusal } from './refusal.ts'

const fixture = (name: string) =>
  readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8')
    .trim()
    .split('\n')

const established =
  'ipv4     2 tcp      6 431996 ESTABLISHED src=10.244.1.10 dst=10.96.22.22 sport=40053 dport=7000 packets=4 bytes=218 src=10.244.2.11 dst=10.244.1.10 sport=7000 dport=40053 packets=3 bytes=166 [ASSURED] mark=16384 use=2'

test('everything an entry says', () => {
  expect(parseEntry(`${established}\n`)).toEqual({
    proto: 'tcp',
    state: 'ESTABLISHED',
    expiresS: 431_996,
    original: { src: '10.244.1.10', dst: '10.96.22.22', sport: 40_053, dport: 7000 },
    reply: { src: '10.244.2.11', dst: '10.244.1.10', sport: 7000, dport: 40_053 },
    unreplied: false,
    assured: true,
    mark: 16_384,
    packets: 7,
  })
})

test.each([
  ['kernel-6.18', undefined],
  ['kernel-6.18-accounting', expect.any(Number)],
])('%s: every entry but that of ICMP', (name, packets) => {
  const read = fixture(name).map(parseEntry)
  expect(read.filter(each => each === undefined)).toHaveLength(1)
  const whole = read.flatMap(each => (each ? [entry.parse(each)] : []))
  for (const each of whole) expect(each.packets).toEqual(packets)
  expect(
    whole.map(({ proto, state, unreplied, assured }) => [proto, state, unreplied, assured].join(' ')).sort(),
  ).toEqual([
    'tcp ESTABLISHED false true',
    'tcp ESTABLISHED false true',
    'tcp ESTABLISHED false true',
    'tcp ESTABLISHED false true',
    'tcp SYN_SENT true false',
    'tcp TIME_WAIT false true',
    'udp  false false',
    'udp  false false',
    'udp  false true',
    'udp  true false',
  ])
  expect(whole.find(({ zone }) => zone === 7)?.original.src).toBe('192.0.2.1')
  expect(whole.find(({ mark }) => mark === 16_384)?.original.sport).toBe(40_060)
  // Nothing was translated: the mark of a flow that began before the Service's rules were there.
  expect(whole.find(({ original }) => original.dport === 99)?.reply.src).toBe('10.96.0.10')
  expect(whole.filter(({ original }) => original.src === 'fd00:10:244::10').map(({ reply }) => reply.src)).toEqual([
    'fd00:10:244::53',
    'fd00:10:244::53',
  ])
})

test('every TCP and UDP entry of every recorded incident is read', () => {
  const incidents = new URL('../../../test/incidents/', import.meta.url)
  const lines = readdirSync(incidents, { withFileTypes: true })
    .filter(each => each.isDirectory())
    .flatMap(({ name }) => {
      const looks = gunzipSync(readFileSync(new URL(`${name}/looks.jsonl.gz`, incidents))).toString('utf8')
      return looks
        .trim()
        .split('\n')
        .flatMap(look => Object.values((JSON.parse(look) as Look).kernels))
        .flatMap(({ conntrack = '' }) => conntrack.split('\n').filter(line => /^(tcp|udp) /.test(line)))
    })
  expect(lines.length).toBeGreaterThan(1000)
  expect(lines.filter(line => parseEntry(line) === undefined)).toEqual([])
})

interface Look {
  readonly kernels: Readonly<Record<string, { readonly conntrack?: string }>>
}

describe('other forms', () => {
  const tuples = 'src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1'
  test.each([
    ['without -o extended', `udp      17 29 ${tuples} mark=0 use=1`, { expiresS: 29 }],
    ['as /proc/net/nf_conntrack has it', `ipv4     2 udp      17 29 ${tuples} mark=0 zone=0 use=2`, { zone: 0 }],
    ['handled by hardware: no timer, no state', `ipv4     2 tcp      6 ${tuples} [HW_OFFLOAD] mark=0 use=2`, {}],
    ['a destroyed one: no timer', `ipv4     2 tcp      6 CLOSE ${tuples} [ASSURED]`, { state: 'CLOSE' }],
    ['with a zone of one direction', `udp 17 29 ${tuples.replace('dport=2', 'dport=2 zone-orig=3')} use=1`, {}],
    ['with fields nobody knows yet', `udp 17 29 ${tuples} labels=a,b color=blue [SHINY] use=1`, {}],
  ])('%s', (_, line, fields) => {
    expect(parseEntry(line)).toMatchObject({ original: { src: '10.0.0.1', dport: 2 }, reply: { sport: 2 }, ...fields })
  })

  test.each([
    ['nothing', ''],
    ['ICMP', 'ipv4     2 icmp     1 99 src=192.0.2.1 dst=192.0.2.2 type=8 code=0 id=5 src=192.0.2.2 dst=192.0.2.1'],
    ['another number for a known name', established.replace('tcp      6', 'tcp      132')],
    ['no reply direction', established.slice(0, established.indexOf('src=10.244.2.11'))],
    ['no address', established.replace('10.96.22.22', 'web.default.svc')],
    ['two families', established.replace('10.96.22.22', 'fd00::1')],
    ['no such port', established.replace('sport=40053', 'sport=400530')],
    [
      'XML',
      '<flow><meta direction="original"><layer3 protonum="2" protoname="ipv4"><src>10.0.0.1</src></layer3></meta></flow>',
    ],
  ])('%s is no entry', (_, line) => expect(parseEntry(line)).toBeUndefined())
})

test('whatever is cut off or mixed in, what is read is an entry or nothing', () => {
  const lines = [...fixture('kernel-6.18'), ...fixture('kernel-6.18-accounting')]
  const parts = lines.flatMap(line => line.split(' '))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(fc.oneof(fc.constantFrom(...parts), fc.string({ unit: 'binary', maxLength: 20 })), { maxLength: 40 }),
        fc.tuple(fc.constantFrom(...lines), fc.nat(400)).map(([line, end]) => [line.slice(0, end)]),
      ),
      words => {
        const read = parseEntry(words.join(' '))
        if (read) entry.parse(read)
      },
    ),
    { numRuns: 2000 },
  )
  expect(parseEntry(`ipv4 2 tcp 6 ${'x='.repeat(1_000_000)}`)).toBeUndefined()
})

test.each([
  ['conntrack: not there (ENOENT)', 'conntrack-tools is not installed: there is no command "conntrack"'],
  [
    'conntrack: conntrack v1.4.7 (conntrack-tools): Operation failed: sorry, you must be root or get CAP_NET_ADMIN capability to do this',
    'conntrack needs CAP_NET_ADMIN',
  ],
  ['conntrack: mnl_socket_bind: Operation not permitted', 'conntrack needs CAP_NET_ADMIN'],
  [
    'conntrack: conntrack v1.4.7 (conntrack-tools): Operation failed: not enough memory',
    'conntrack: Operation failed: not enough memory',
  ],
  ['conntrack: NOTICE: Netlink socket buffer size has been set to 16777216 bytes.', 'conntrack ended'],
])('%s: %s', (why, words) => expect(refusal(why)).toBe(words)) // prettier-ignore
