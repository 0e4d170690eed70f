import { expect, test } from 'vitest'
import { duration, percentage, wholeNumber } from './typed.ts'

test('what was typed is read in the unit the program counts in', () => {
  expect(wholeNumber('--n', 0, 10)('10')).toBe(10)
  expect(duration('--for')('1.5s')).toBe(1500)
  expect(percentage('--precision', 0.5)('5%')).toBe(0.05)
  expect(percentage('--precision', 0.5)('5')).toBe(0.05)
})

test.each([
  ['a sign', wholeNumber('--n', 0), '-1', '--n: expected a whole number from 0, found "-1"'],
  ['beyond the bounds', wholeNumber('--n', 1, 9), '10', '--n: expected a whole number from 1 to 9, found "10"'],
  ['nothing', wholeNumber('--n', 0), '', '--n: expected a whole number from 0, found ""'],
  ['hexadecimal', wholeNumber('--n', 0), '0x1', 'found "0x1"'],
  [
    'no unit',
    duration('--for', 1000),
    '5',
    '--for: expected a duration from 1s to 30d, such as 5s, 15m or 24h, found "5"',
  ],
  ['too short', duration('--for', 1000), '999ms', 'found "999ms"'],
  [
    'no percentage',
    percentage('--p', 1),
    'half',
    '--p: expected a percentage from 1% to 100%, such as 5%, found "half"',
  ],
])('%s is a mistake that names the option', (_, read, typed, complaint) => {
  expect(() => read(typed)).toThrow(complaint)
})

test('an example of a duration is one that would be taken', () => {
  expect(() => duration('--deadline', 100, 60_000)('15m')).toThrow(
    '--deadline: expected a duration from 100ms to 1m, such as 5s, found "15m"',
  )
})
