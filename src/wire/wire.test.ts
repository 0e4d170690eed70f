import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assemble, type Rest } from './assembly.ts'
import { beat, type Frame, frame, maxPayload, payloadOf, peel } from './frame.ts'
import { byeFrame, type Hello, helloFrame, readBye, readHello, readWelcome, welcomeFrame } from './hello.ts'

const from = { pod: 'client-0', node: 'node-a', ip: '10.0.0.1', instance: 'abc123' }
const hello: Hello = {
  id: 'k3f9',
  cohort: 'no-keepalive',
  path: 'service',
  speaker: 'both',
  idleMs: [900_000],
  deadlineMs: 5000,
  from,
}

const frames = fc.array(
  fc.record({
    type: fc.constantFrom('hello', 'welcome', 'ping', 'pong', 'bye'),
    payload: fc.uint8Array({ maxLength: 300 }),
  }),
)

test('frames come out as they went in, wherever the network cuts them', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (sent, cuts) => {
      const stream = Buffer.concat(sent.map(({ type, payload }) => frame(type as 'ping', payload)))
      const got: { type: string; payload: Uint8Array }[] = []
      let rest: Rest
      let turn = 0
      for (let at = 0; at < stream.length; ) {
        const cut = cuts[turn++ % cuts.length] ?? 1
        const left = assemble(rest, stream.subarray(at, at + cut), (each: Frame) =>
          Boolean(got.push({ type: each.type, payload: Uint8Array.from(payloadOf(each)) })),
        )
        if (typeof left === 'string') throw new Error(left)
        rest = left
        at += cut
      }
      expect(rest).toBeUndefined()
      expect(got).toEqual(sent)
    }),
  )
})

test('any bytes at all end as frames, a wish for more, or a reason, and never keep more than one frame', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), bytes => {
      const left = assemble(undefined, Buffer.from(bytes), () => true)
      if (left instanceof Buffer) expect(left.length).toBeLessThanOrEqual(maxPayload + 8)
      else expect([undefined, 'bad-magic', 'bad-version', 'bad-type', 'too-long']).toContain(left)
    }),
  )
})

describe('what is no frame of ours is named at the first byte that shows it', () => {
  test.each([
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n'), 'bad-magic'],
    ['one wrong byte', Buffer.from('X'), 'bad-magic'],
    ['another version', Buffer.from([0x4c, 0x48, 9]), 'bad-version'],
    ['an unknown type', Buffer.from([0x4c, 0x48, 1, 77]), 'bad-type'],
    ['a giant length', Buffer.from([0x4c, 0x48, 1, 3, 0x7f, 0xff, 0xff, 0xff]), 'too-long'],
  ])('%s', (_, bytes, malformed) => expect(peel(bytes)).toEqual({ malformed }))
})

test('a half frame says how much it wants', () => {
  const ping = beat('ping', 7, Buffer.alloc(16))
  expect(peel(ping.subarray(0, 3))).toEqual({ wants: 8 })
  expect(peel(ping.subarray(0, 12))).toEqual({ wants: ping.length })
})

test('hello, welcome and bye survive the trip', () => {
  expect(readHello(helloFrame(hello).subarray(8))).toEqual(hello)
  expect(readWelcome(welcomeFrame(from).subarray(8))).toEqual(from)
  expect(readWelcome(welcomeFrame({ ...from, zone: 'eu-1' }).subarray(8))).toEqual({ ...from, zone: 'eu-1' })
  expect(readBye(byeFrame('draining').subarray(8))).toBe('draining')
})

test.each([
  ['no JSON', Buffer.from('{')],
  ['a number', Buffer.from('7')],
  ['a missing field', Buffer.from(JSON.stringify({ ...hello, id: undefined }))],
  ['an idle that would flood', Buffer.from(JSON.stringify({ ...hello, idleMs: [0] }))],
  ['a name with a line break', Buffer.from(JSON.stringify({ ...hello, cohort: 'a\nb' }))],
  ['a name without end', Buffer.from(JSON.stringify({ ...hello, cohort: 'a'.repeat(64) }))],
  ['invalid UTF-8', Buffer.from([0xff, 0xfe, 0x7b])],
])('a hello with %s is none', (_, payload) => expect(readHello(payload)).toBeUndefined())

test('a bye is printable whatever it holds', () => expect(readBye(Buffer.from('\u001b[31mred\n'))).toBe('?[31mred?'))
