import { expect, test } from 'vitest'
import type { Event } from './events.ts'
import { isInconclusive } from './inconclusive.ts'

const ends = (passed: boolean, stalledMs?: number): Event => ({
  scenario: 'healthy',
  mode: 'iptables',
  event: 'ends',
  passed,
  ms: 1,
  ...(stalledMs !== undefined && { stalledMs }),
})

test('a failure says nothing where the machine stood still, three times at most; anything else counts', () => {
  expect([1, 2, 3].map(tries => isInconclusive(ends(false, 900), tries))).toEqual([true, true, false])
  expect([ends(true, 900), ends(false, 120), ends(false)].map(each => isInconclusive(each, 1))).toEqual([
    false,
    false,
    false,
  ])
})
