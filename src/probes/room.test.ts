import { expect, test } from 'vitest'
import { fileLimit } from '../kernel/native.ts'
import { mostAccepted } from './room.ts'

const all = (memory: number) => mostAccepted(undefined, 0.75, memory) + mostAccepted(undefined, 0.25, memory)

test('connections accepted stay below the file limit, whatever is asked for', () => {
  expect(mostAccepted(1_000_000, 0.75)).toBeLessThan(fileLimit())
  expect(mostAccepted(3, 0.75)).toBe(3)
  const shares = mostAccepted(undefined, 0.75) + mostAccepted(undefined, 0.25)
  expect(shares).toBeLessThan(fileLimit())
})

test('and within the memory of a container, where nothing else is said', () => {
  const MiB = 1024 * 1024
  expect(all(256 * MiB)).toBeLessThan(10_000)
  expect(all(256 * MiB)).toBeGreaterThan(5000)
  expect(all(64 * MiB)).toBe(1000)
  expect(all(2 ** 63)).toBe(all(Infinity))
  expect(mostAccepted(12_000, 0.75, 256 * MiB)).toBe(12_000)
})
