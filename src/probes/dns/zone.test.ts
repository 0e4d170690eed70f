import { decode, encode, type Question } from 'dns-packet'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { queryFor } from './query.ts'
import { replyTo } from './zone.ts'

const ask = (name: string, type: Question['type'] = 'A', udp = true) => {
  const query = encode({ type: 'query', id: 7, questions: [{ name, type }] })
  const reply = replyTo(query, udp)
  if (typeof reply === 'string') throw new Error(reply)
  return { ...decode(reply.bytes), delayMs: reply.delayMs }
}

test.each([
  ['longhold.test', 'A', { rcode: 'NOERROR', answers: [{ data: '192.0.2.1' }] }],
  ['WEB.longhold.test', 'AAAA', { rcode: 'NOERROR', answers: [{ data: '2001:db8::1' }] }],
  ['web.longhold.test', 'MX', { rcode: 'NOERROR', answers: [] }],
  ['nx.longhold.test', 'A', { rcode: 'NXDOMAIN', answers: [] }],
  ['deep.below.nx.longhold.test', 'A', { rcode: 'NXDOMAIN' }],
  ['a.servfail.longhold.test', 'A', { rcode: 'SERVFAIL' }],
  ['slow-250.longhold.test', 'A', { rcode: 'NOERROR', delayMs: 250 }],
  ['slow-999999.longhold.test', 'A', { delayMs: 60_000 }],
  ['big.longhold.test', 'A', { flag_tc: true, answers: [] }],
  ['notlonghold.test', 'A', { rcode: 'REFUSED' }],
  ['example.com', 'A', { rcode: 'REFUSED' }],
] as const)('%s %s', (name, type, saying) => expect(ask(name, type)).toMatchObject(saying))

test('over TCP the big answer is whole', () => {
  expect(ask('big.longhold.test', 'A', false)).toMatchObject({ flag_tc: false, answers: { length: 100 } })
})

test('whoever asks with EDNS0 is answered with it', () => {
  const reply = replyTo(queryFor({ id: 7, name: 'longhold.test', type: 'A', edns: true }).bytes, true)
  expect(typeof reply === 'string' ? reply : decode(reply.bytes).additionals).toMatchObject([{ type: 'OPT' }])
})

test('whatever bytes come, an answer can be read, and garbage has a reason', () => {
  const sound = queryFor({ id: 7, name: 'web.longhold.test', type: 'A', edns: true }).bytes
  const damaged = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 6 }).map(changes => {
    const copy = Buffer.from(sound)
    for (const [at, value] of changes) copy[at] = value
    return copy
  })
  const random = fc.uint8Array({ maxLength: 600 }).map(bytes => Buffer.from(bytes))
  fc.assert(
    fc.property(fc.oneof(damaged, random), bytes => {
      const reply = replyTo(bytes, true)
      if (typeof reply === 'string')
        expect(['short', 'response', 'opcode', 'qdcount', 'counts', 'long', 'question']).toContain(reply)
      else expect(decode(reply.bytes).id).toBe(bytes.readUInt16BE(0))
    }),
    { interruptAfterTimeLimit: 1000, numRuns: 20_000 },
  )
})
