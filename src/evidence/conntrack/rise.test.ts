import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { rise } from './rise.ts'

const top = 2 ** 32

test.each([
  ['nothing happened', { drop: 7 }, { drop: 7 }, { drop: 0 }],
  ['some were dropped', { drop: 7, found: 1 }, { drop: 9, found: 1 }, { drop: 2, found: 0 }],
  ['a CPU wrapped around', { drop: top - 3 }, { drop: 4 }, { drop: 7 }],
  ['one of two CPUs wrapped around', { drop: top - 3 + 1000 }, { drop: 4 + 1000 }, { drop: 7 }],
  ['two CPUs wrapped around', { drop: 2 * top - 2 }, { drop: 10 }, { drop: 12 }],
  ['the namespace was made anew', { drop: 7, invalid: 3 }, { drop: 2, invalid: 3 }, { drop: 2, invalid: 3 }],
  ['made anew, and nothing happened since', { drop: 7 }, { drop: 0 }, { drop: 0 }],
  [
    'the kernel was replaced by one with other counters',
    { ignore: 8, drop: 1 },
    { drop: 3, clash_resolve: 9 },
    { drop: 2 },
  ],
  ['nothing was known before', {}, { drop: 3 }, {}],
  ['nothing is known now', { drop: 3 }, {}, {}],
])('%s', (_, before, after, expected) => expect(rise(before, after)).toEqual(expected))

test('however the packets fall on the CPUs, their number is known', () => {
  const cpus = fc.array(fc.record({ from: fc.nat(top - 1), by: fc.nat(1_000_000) }), { minLength: 1, maxLength: 256 })
  fc.assert(
    fc.property(cpus, each => {
      const before = each.reduce((sum, { from }) => sum + from, 0)
      const after = each.reduce((sum, { from, by }) => sum + ((from + by) % top), 0)
      expect(rise({ drop: before }, { drop: after })).toEqual({ drop: each.reduce((sum, { by }) => sum + by, 0) })
    }),
  )
})
