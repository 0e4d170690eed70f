import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { framed, unframe } from './framing.ts'

test('messages come out as they went in, however the stream was cut', () => {
  const message = fc.uint8Array({ maxLength: 600 }).map(bytes => Buffer.from(bytes))
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 300 })), (messages, cuts) => {
      const stream = Buffer.concat(messages.map(framed))
      const read: Buffer[] = []
      const feed = unframe(1000, bytes => read.push(Buffer.from(bytes)))
      let at = 0
      for (const cut of [...cuts, stream.length || 1]) {
        feed(stream.subarray(at, at + cut))
        at += cut
      }
      expect(read).toEqual(messages)
    }),
    { interruptAfterTimeLimit: 1000 },
  )
})

test('a message longer than we read ends the stream, before it is held', () => {
  const feed = unframe(512, () => {})
  expect(feed(framed(Buffer.alloc(512)))).toBeUndefined()
  expect(feed(Buffer.from([0x02]))).toBeUndefined()
  expect(feed(Buffer.from([0x01]))).toBe('long')
})

test('a flood of messages ends the stream, before they are read', () => {
  let read = 0
  const feed = unframe(512, () => (read += 1))
  expect(feed(Buffer.alloc(64 * 1024))).toBe('many') // 32,768 empty ones
  expect(read).toBeLessThan(100)
})
