import { isIP } from 'node:net'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAddress } from '../settings/address.ts'
import { readFlow, readQuestion, writeQuestion } from './question.ts'

const end = fc
  .record({ host: fc.oneof(fc.ipV4(), fc.ipV6()), port: fc.integer({ min: 1, max: 65_535 }) })
  .map(formatAddress)
const flow = fc.record({ proto: fc.constantFrom('tcp' as const, 'udp' as const), local: end, remote: end })

test('what is written is read back, and fits into a request', () => {
  fc.assert(
    fc.property(fc.record({ flows: fc.array(flow, { maxLength: 16 }), costly: fc.boolean() }), question => {
      const path = writeQuestion(question)
      expect(readQuestion(new URL(path, 'http://x').searchParams)).toEqual(question)
      expect(path.length).toBeLessThan(8192 - 4500) // beside a long token
    }),
  )
})

test('whatever is sent is read or refused in one short sentence a parameter, and only real ends are taken', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('flow', 'costly', '__proto__', 'x'), fc.string())), pairs => {
      const read = readQuestion(new URLSearchParams(pairs))
      if ('mistakes' in read) expect(read.mistakes.join('; ').length).toBeLessThan(1000 + pairs.length * 200)
      else expect(pairs.every(([name]) => name === 'flow' || name === 'costly')).toBe(true)
    }),
  )
})

test('a flow has two ends, each an address and a port', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (local, remote) => {
      const read = readFlow(`tcp,${local},${remote}`)
      for (const each of read ? [read.local, read.remote] : [])
        expect(isIP(each.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'))).toBeGreaterThan(0)
    }),
  )
})
