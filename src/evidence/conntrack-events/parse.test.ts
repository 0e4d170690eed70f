import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { conntrackEvents } from './facts.ts'
import { parseDeletion, parseEvent, placeIn, placeOf } from './parse.ts'

const fixture = (name: string) =>
  readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8')
    .trim()
    .split('\n')

const destroyed =
  '[1795257084.288026]\t[DESTROY] ipv4     2 tcp      6 431995 ESTABLISHED src=10.244.1.10 dst=10.96.22.22 sport=40053 dport=7000 src=10.244.2.11 dst=10.244.1.10 sport=7000 dport=40053 [ASSURED] [USERSPACE] portid=5337 progname=kube-proxy'

test('everything an event says', () => {
  expect(parseEvent(destroyed)).toEqual({
    at: 1_795_257_084_288,
    what: 'destroy',
    by: 'kube-proxy',
    entry: {
      proto: 'tcp',
      state: 'ESTABLISHED',
      expiresS: 431_995,
      original: { src: '10.244.1.10', dst: '10.96.22.22', sport: 40_053, dport: 7000 },
      reply: { src: '10.244.2.11', dst: '10.244.1.10', sport: 7000, dport: 40_053 },
      unreplied: false,
      assured: true,
    },
  })
})

test.each(['kernel-6.18', 'kernel-6.18-accounting'])('%s: every event but those of ICMP', name => {
  const lines = fixture(name)
  const read = lines.flatMap(line => parseEvent(line) ?? [])
  expect(lines.length - read.length).toBe(2)
  conntrackEvents.schema.parse({ events: read.map(event => ({ ...event, flow: '' })), deletions: [] })
  const ofPort = (port: number) =>
    read.filter(({ entry }) => entry.original.sport === port).map(({ what, by, entry }) => [what, by, entry.state])
  // Refused, so gone at once; by nobody. Its last state is told.
  expect(ofPort(40_057)).toEqual([
    ['new', undefined, 'SYN_SENT'],
    ['destroy', undefined, 'CLOSE'],
  ])
  // Expired.
  expect(ofPort(41_002)).toEqual([
    ['new', undefined, undefined],
    ['destroy', undefined, undefined],
  ])
  // Deleted by a program, which had ended before it could be named or not; flushed with all others; made anew each time.
  const byProgram = expect.stringMatching(/^(conntrack|portid \d+)$/)
  expect(ofPort(41_001)).toEqual([
    ['new', undefined, undefined],
    ['destroy', byProgram, undefined],
    ['new', undefined, undefined],
    ['destroy', byProgram, undefined],
    ['new', undefined, undefined],
  ])
  expect(ofPort(40_053)[1]).toEqual(['destroy', byProgram, 'ESTABLISHED'])
})

test.each([
  ['the program is not known', destroyed.replace(' progname=kube-proxy', ''), 'portid 5337'],
  ['a program by many words', destroyed.replace('kube-proxy', 'kube proxy src=1.2.3.4'), 'kube proxy src=1.2.3.4'],
  ['a program that would write on the terminal', destroyed.replace('kube-proxy', '\u001b[2Jx'), '?[2Jx'],
  ['a program without end', destroyed.replace('kube-proxy', 'x'.repeat(5000)), 'x'.repeat(64)],
  ['nobody', destroyed.slice(0, destroyed.indexOf(' [USERSPACE]')), undefined],
])('by whom: %s', (_, line, by) => {
  const event = parseEvent(line)
  expect(event?.by).toBe(by)
  expect(event?.entry.reply.dport).toBe(40_053)
})

test.each([
  ['an update', destroyed.replace('[DESTROY]', '[UPDATE]')],
  ['no time', destroyed.slice(destroyed.indexOf('[DESTROY]'))],
  ['the last words', 'conntrack v1.4.7 (conntrack-tools): 5 flow events have been shown.'],
  ['half a line', destroyed.slice(0, 150)],
  ['nothing', ''],
])('%s is no event', (_, line) => expect(parseEvent(line)).toBeUndefined())

test('deletions by programs, ICMP’s too', () => {
  const found = fixture('kernel-6.18').flatMap(line => parseDeletion(line) ?? [])
  expect(found).toHaveLength(fixture('kernel-6.18').filter(line => /DESTROY.*USERSPACE/.test(line)).length)
  expect(found.length).toBeGreaterThan(5)
  for (const { at, portid, name = 'conntrack' } of found) {
    expect(at).toBeGreaterThan(1e12)
    expect(Number(portid)).toBeGreaterThan(0)
    expect(name).toBe('conntrack')
  }
})

test('the place of an event is found without reading all of it', () => {
  const lines = fixture('kernel-6.18-accounting')
  for (const line of lines) {
    const event = parseEvent(line)
    expect(placeIn(line)).toBe(event && placeOf(event.entry.proto, event.entry.original))
  }
  expect(placeIn(lines.find(line => line.includes('ipv6')) ?? '')).toMatch(
    /^(tcp|udp) fd00:10:244::10 fd00:10:96::a \d+$/,
  )
})

test('whatever is cut off or mixed in, what is read is an event or nothing', () => {
  const lines = [...fixture('kernel-6.18'), destroyed]
  const words = lines.flatMap(line => line.split(' '))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 20 })), { maxLength: 40 }),
        fc.tuple(fc.constantFrom(...lines), fc.nat(400)).map(([line, end]) => [line.slice(0, end)]),
      ),
      parts => {
        const line = parts.join(' ')
        placeIn(line)
        const event = parseEvent(line)
        const deletion = parseDeletion(line)
        conntrackEvents.schema.parse({
          events: event ? [{ ...event, flow: '' }] : [],
          deletions: deletion ? [{ at: deletion.at, by: deletion.portid, count: 1 }] : [],
        })
      },
    ),
    { numRuns: 2000 },
  )
})
