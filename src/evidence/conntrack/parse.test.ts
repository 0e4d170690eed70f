import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conntrack } from './facts.ts'
import { parseStat, parseSummary } from './parse.ts'

const fixture = (name: string): string => readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8')

describe('what kernels showed', () => {
  test('6.18: a table that is full of entries it may give up', () => {
    expect(parseStat(fixture('linux-6.18'))).toEqual({
      clash_resolve: 0,
      found: 0,
      new: 0,
      invalid: 0,
      ignore: 0,
      delete: 0,
      chaintoolong: 0,
      insert: 0x2e4a0 + 0x11b5e,
      insert_failed: 0,
      drop: 0,
      early_drop: 0x48,
      error: 0,
      expect_new: 0,
      expect_create: 0,
      expect_delete: 0,
      search_restart: 0,
    })
  })

  test('6.1: packets that fit no connection', () => {
    expect(parseStat(fixture('linux-6.1'))).toMatchObject({ invalid: 0x60, drop: 0 })
  })

  test('5.10, before there was chaintoolong: a CPU close to where it wraps around', () => {
    const counters = parseStat(fixture('linux-5.10'))
    expect(counters).toMatchObject({ clash_resolve: 2 ** 32 + 18, invalid: 2 ** 32 + 71, delete_list: 0, error: 1 })
    expect(counters).not.toHaveProperty('chaintoolong')
  })

  test('4.15, where clash_resolve was not counted: nothing is made up for it', () => {
    const counters = parseStat(fixture('linux-4.15'))
    expect(counters).toMatchObject({ searched: 0, ignore: 98_738, insert_failed: 1, error: 4, search_restart: 7 })
    expect(counters).not.toHaveProperty('clash_resolve')
  })

  test('2.6.32, a column less and a space at the end', () => {
    const counters = parseStat(fixture('linux-2.6.32'))
    expect(counters).toMatchObject({ searched: 58_912, delete_list: 2_712, error: 1 })
    expect(counters).not.toHaveProperty('search_restart')
  })
})

describe('what conntrack -S printed', () => {
  test('with privileges', () => {
    expect(parseSummary(fixture('conntrack-1.4.7'))).toEqual({
      found: 0,
      invalid: 14,
      insert: 0,
      insert_failed: 0,
      drop: 0,
      early_drop: 0,
      error: 0,
      search_restart: 0,
      clash_resolve: 0,
      chaintoolong: 0,
    })
  })

  test('without them: under the same names, and the size of the table is no counter', () => {
    const counters = parseSummary(fixture('conntrack-1.4.7-unprivileged'))
    expect(counters).toMatchObject({ invalid: 14, clash_resolve: 0, chaintoolong: 0, error: 0 })
    expect(counters).not.toHaveProperty('entries')
  })
})

const whole = fixture('linux-6.18')
const manyNames = Array.from({ length: 1000 }, (_, i) => `a${i}`).join(' ')

test.each([
  ['nothing', ''],
  ['names alone', `${whole.split('\n')[0]}\n`],
  ['names, not even to their end', 'entries clashres fou'],
  ['numbers alone', whole.slice(whole.indexOf('\n') + 1)],
  ['a last line that was cut', `${whole.slice(0, -4)}\n`],
  ['a line with a column too few', whole.replace(/ 00000000\n/, '\n')],
  ['a line with a column too many', whole.replace(/\n/g, ' 00000000\n')],
  ['decimal numbers', whole.replaceAll('00000000', '0')],
  ['64 bits', whole.replaceAll('00000000', '0000000000000000')],
  ['another first column', whole.replace('entries', 'cpu')],
  ['a name that is none', whole.replace('found', '__proto__')],
  ['a thousand columns', `entries ${manyNames}\n${'00000000 '.repeat(1001)}\n`],
])('%s: no counters rather than wrong ones', (_, text) => {
  expect(parseStat(text)).toBeUndefined()
  expect(parseSummary(text)).toBeUndefined()
})

test('a line that was cut at the end of a number does not count as a CPU', () => {
  expect(parseStat(whole.slice(0, -1))).toMatchObject({ insert: 0x2e4a0 })
})

test('whatever comes, there are counters, or there are none', () => {
  const token = fc.oneof(
    fc.constantFrom('entries', 'found', 'cpu=0', 'drop=1', '00000001', '\n', ' '),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(fc.array(token, { maxLength: 40 }), tokens => {
      for (const counters of [parseStat(tokens.join(' ')), parseSummary(tokens.join(' '))])
        if (counters) conntrack.schema.parse({ count: 0, max: 0, counters })
    }),
  )
})

test('eight megabytes of nonsense do not take long', () => {
  const began = performance.now()
  for (const text of [
    '00000000 '.repeat(930_000),
    `entries\n${'00000000\n'.repeat(930_000)}`,
    `cpu=0 ${'a=1 '.repeat(2_000_000)}x\n`,
  ]) {
    expect(parseStat(text)).toBeUndefined()
    expect(parseSummary(text)).toBeUndefined()
  }
  expect(performance.now() - began).toBeLessThan(10_000)
})
