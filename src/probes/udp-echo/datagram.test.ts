import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { answerTo, flawOf, largest, readAnswer, seqOf, smallest, writeQuestion } from './datagram.ts'

const nonce = Buffer.from('12345678')
const us = { pod: 'server-7d9f8b6c5d-x2x4z', node: 'n', ip: '10.0.0.7', instance: 'a1b2c3d4' }
const questionOf = (size: number, seq = 1) => writeQuestion(Buffer.alloc(size, 0x2a), seq, nonce)

test('an answer says who answered, and bears the number of its question', () => {
  const question = questionOf(128, 0xffff_fffe)
  const answer = answerTo(question, us)
  expect(seqOf(answer)).toBe(0xffff_fffe)
  expect(readAnswer(question, answer)).toEqual({ seq: 0xffff_fffe, instance: us.instance, pod: us.pod })
})

test('a pod name without room keeps its end', () => {
  const question = questionOf(smallest)
  const pod = `${'very-long-deployment-name-'.repeat(9)}x2x4z`
  const read = readAnswer(question, answerTo(question, { ...us, pod }))
  expect(read).toMatchObject({ instance: us.instance, pod: expect.stringMatching(/^.{34}$/) })
  expect(read).toMatchObject({ pod: expect.stringMatching(/x2x4z$/) })
})

const flip = (bytes: Buffer, at: number) => {
  const flipped = Buffer.from(bytes)
  flipped[at] = (flipped[at] ?? 0) ^ 0x10
  return flipped
}
const question = questionOf(128)
test.each([
  ['the question thrown back', question, 'malformed'],
  ["another process's answer", answerTo(writeQuestion(Buffer.alloc(128), 1, Buffer.alloc(8)), us), 'foreign'],
  ['a changed payload', flip(answerTo(question, us), 127), 'malformed'],
  ['another version', flip(answerTo(question, us), 4), 'malformed'],
  ['a cut answer', answerTo(question, us).subarray(0, 100), 'malformed'],
  ['an unprintable pod', answerTo(question, { ...us, pod: '\u001b[31m' }), 'malformed'],
])('%s is %s', (_, bytes, reading) => expect(readAnswer(question, bytes)).toBe(reading))

test.each([
  ['short', Buffer.alloc(0)],
  ['short', question.subarray(0, 63)],
  ['long', Buffer.alloc(largest + 1)],
  ['magic', flip(question, 0)],
  ['version', flip(question, 4)],
  ['length', Buffer.concat([question, question])],
  ['type', answerTo(question, us)],
])('the server turns away what is %s', (flaw, bytes) => expect(flawOf(bytes)).toBe(flaw))

test('whatever comes, nothing throws, and no answer is larger than its question', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 1400 }).map(random => Buffer.from(random)),
    fc.tuple(fc.nat(127), fc.integer({ min: 64, max: 300 })).map(([at, size]) => flip(questionOf(size), at)),
    fc.tuple(fc.nat(127), fc.nat(128)).map(([at, size]) => flip(answerTo(question, us), at).subarray(0, size)),
  )
  fc.assert(
    fc.property(bytes, bytes => {
      readAnswer(question, bytes)
      seqOf(bytes)
      if (flawOf(bytes) === undefined) expect(answerTo(bytes, us).length).toBeLessThanOrEqual(bytes.length)
    }),
    { interruptAfterTimeLimit: 1000, numRuns: 5000 },
  )
})
