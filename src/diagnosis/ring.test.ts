import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ring } from './ring.ts'

test('keeps the newest, oldest first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 20 }), (all, size) => {
      const kept = ring<number>(size)
      for (const each of all) kept.push(each)
      expect([...kept]).toEqual(all.slice(-size))
      expect(kept.last).toBe(all.at(-1))
      expect([kept.length, kept.total]).toEqual([Math.min(size, all.length), all.length])
    }),
  )
})
