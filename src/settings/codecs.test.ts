import { assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { address, addresses } from './address.ts'
import { bytes, formatBytes, parseBytes } from './bytes.ts'
import { duration } from './duration.ts'
import { idle } from './fields.ts'
import { keepalive } from './keepalive.ts'

/** Every setting is a codec: what it reads, it can write again, which is what `--print-config` stands on. */
test.each([
  ['a duration', duration(), '15m'],
  ['an address', address(7000), 'web:7000'],
  ['an IPv6 address', address(7000), '[fd00::7]:7000'],
  ['a listening address', address(7000, { listening: true }), '0.0.0.0:0'],
  ['one address of several', addresses(7000), 'web:7000'],
  ['several addresses', addresses(7000), ['web:7000', '10.0.0.1:7001']],
  ['a size', bytes({ min: '1B', max: '1GiB' }), '64MiB'],
  ['a fixed idle', idle, '15m'],
  ['a range', idle, { min: '5m', max: '20m' }],
  ['rungs', idle, ['1m', '5m', '15m']],
  ['no keepalive', keepalive, 'off'],
  ['keepalive', keepalive, { idle: '1m', interval: '10s', count: 3 }],
])('%s is written as it was read', (_, setting: z.ZodType, written) =>
  expect(z.encode(setting, z.decode(setting, written))).toEqual(written),
)

test.each([
  ['512', undefined],
  ['512B', 512],
  ['64MiB', 67_108_864],
  ['1.5 KiB', 1536],
  ['64MB', undefined],
  ['-1KiB', undefined],
])('%s is %s bytes', (text, size) => expect(parseBytes(text)).toBe(size))

test('every size reads back as it was', () =>
  assert(
    property(integer({ min: 0, max: 2 ** 45 }), size => {
      expect(parseBytes(formatBytes(size))).toBe(size)
    }),
  ))
