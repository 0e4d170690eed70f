import { type Answer as Record, AUTHORITATIVE_ANSWER, encode, type Packet, TRUNCATED_RESPONSE } from 'dns-packet'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { rcodeName, readAnswer } from './answer.ts'
import { plausible } from './guard.ts'
import { queryFor } from './query.ts'

const query = queryFor({ id: 0x1234, name: 'Web.example.com', type: 'A', edns: true })
const a: Record = { type: 'A', name: 'web.example.com', ttl: 1, data: '192.0.2.1' }
const opt = (extendedRcode: number): Record => ({
  type: 'OPT',
  name: '.',
  udpPayloadSize: 1232,
  extendedRcode,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
})
const reply = (packet: Packet = {}) =>
  encode({
    type: 'response',
    id: 0x1234,
    questions: [{ type: 'A', name: 'wEB.example.COM' }],
    answers: [a],
    ...packet,
  })
const patched = (bytes: Buffer, at: number, value: number) => {
  bytes.writeUInt16BE(value, at)
  return bytes
}

test.each([
  ['an answer, whatever the case of its name', reply(), { rcode: 'NOERROR', answers: 1, truncated: false }],
  ['an error code', reply({ flags: AUTHORITATIVE_ANSWER | 3, answers: [] }), { rcode: 'NXDOMAIN', answers: 0 }],
  ['an extended error code', reply({ answers: [], additionals: [opt(1)] }), { rcode: 'BADVERS' }],
  ['a nameless error code', reply({ answers: [], additionals: [opt(200)] }), { rcode: 'OTHER' }],
  ['a cut answer', reply({ flags: TRUNCATED_RESPONSE }), { truncated: true }],
  [
    'a cut answer that promises more than it has',
    patched(reply({ flags: TRUNCATED_RESPONSE }), 6, 60),
    { truncated: true },
  ],
  [
    'an error without the question',
    encode({ type: 'response', id: 0x1234, flags: 1 }),
    { rcode: 'FORMERR', questionless: true },
  ],
  ['a referral', reply({ answers: [] }), { referral: true }],
  [
    'a large answer, by its header',
    reply({ flags: 2, answers: Array.from({ length: 400 }, () => a) }),
    { rcode: 'SERVFAIL', answers: 400 },
  ],
])('%s is read', (_, bytes, answer) => expect(readAnswer(query, bytes)).toMatchObject(answer))

test.each([
  ['another id', patched(reply(), 0, 0x4321), 'foreign'],
  ['another name', reply({ questions: [{ type: 'A', name: 'wep.example.com' }] }), 'foreign'],
  ['a longer name', reply({ questions: [{ type: 'A', name: 'web.example.com.de' }] }), 'foreign'],
  ['another type', reply({ questions: [{ type: 'AAAA', name: 'web.example.com' }] }), 'foreign'],
  ['another class', reply({ questions: [{ type: 'A', name: 'web.example.com', class: 'CH' }] }), 'foreign'],
  ['the question thrown back', query.bytes, 'malformed'],
  ['no question and no error', encode({ type: 'response', id: 0x1234 }), 'malformed'],
  ['nothing', Buffer.alloc(0), 'malformed'],
  ['a cut header', reply().subarray(0, 11), 'malformed'],
  ['a promise of 65535 records', patched(reply(), 6, 65_535), 'malformed'],
  ['a name that points at itself', patched(reply(), 33, 0xc021), 'malformed'],
])('%s is %s', (_, bytes, reading) => expect(readAnswer(query, bytes)).toBe(reading))

test.each([
  ['short', Buffer.alloc(11)],
  ['id', patched(reply(), 0, 1)],
  ['not-response', patched(reply(), 2, 0x0100)],
  ['opcode', patched(reply(), 2, 0xa800)],
  ['qdcount', patched(reply(), 4, 2)],
  ['counts', patched(reply(), 8, 30)],
  [undefined, reply()],
])('the guard says %s', (reason, bytes) => expect(plausible(bytes, 0x1234)).toBe(reason))

test('response codes without a name share one: a server makes up no labels', () => {
  const names = new Set(Array.from({ length: 4096 }, (_, rcode) => rcodeName(rcode)))
  expect(names.size).toBe(14)
})

/** Sound answers with every kind of record, to be damaged. */
const sound = [
  reply({ additionals: [opt(0)] }),
  reply({
    answers: [
      { type: 'MX', name: 'web.example.com', data: { exchange: 'mail.example.com', preference: 1 } },
      { type: 'TXT', name: 'web.example.com', data: ['a', 'b'] },
      { type: 'SRV', name: 'web.example.com', data: { port: 1, target: 'x.example.com', priority: 1, weight: 1 } },
      {
        type: 'SOA',
        name: 'example.com',
        data: { mname: 'a', rname: 'b', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 1 },
      },
      { type: 'NSEC', name: 'a.example.com', data: { nextDomain: 'b.example.com', rrtypes: ['A', 'TXT'] } },
      { type: 'CAA', name: 'example.com', data: { tag: 'issue', value: 'ca.example', flags: 0 } },
    ],
    authorities: [{ type: 'NS', name: 'example.com', data: 'ns.example.com' }],
    additionals: [opt(0)],
  }),
]
const damaged = fc
  .tuple(
    fc.constantFrom(...sound),
    fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 8 }),
    fc.option(fc.nat(400)),
    fc.array(fc.tuple(fc.constantFrom(4, 6, 8, 10), fc.nat(65_535)), { maxLength: 2 }),
  )
  .map(([bytes, changes, length, counts]) => {
    const copy = Buffer.from(bytes)
    for (const [at, value] of changes) copy[12 + (at % (copy.length - 12))] = value
    for (const [at, count] of counts) copy.writeUInt16BE(count, at)
    return length === null ? copy : copy.subarray(0, length)
  })
const random = fc
  .uint8Array({ maxLength: 1500 })
  .map(bytes => patched(Buffer.concat([Buffer.from([0x12, 0x34, 0x80, 0]), bytes]), 0, 0x1234))

test('whatever bytes come, reading them never throws and is soon over', () => {
  let slowestMs = 0
  fc.assert(
    fc.property(fc.oneof({ weight: 4, arbitrary: damaged }, { weight: 1, arbitrary: random }), bytes => {
      const began = performance.now()
      const answer = readAnswer(query, bytes)
      slowestMs = Math.max(slowestMs, performance.now() - began)
      return answer === 'foreign' || answer === 'malformed' || answer.answers <= bytes.length || answer.truncated
    }),
    { interruptAfterTimeLimit: 2000, numRuns: 100_000 },
  )
  // The decoder alone spends 100 to 350 ms on some of these; what is left is garbage collection.
  expect(slowestMs).toBeLessThan(90)
})
