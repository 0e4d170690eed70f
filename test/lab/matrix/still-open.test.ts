import { expect, test } from 'vitest'
import { exampleVerdict } from '../../verdicts.ts'
import type { Seen } from '../seen/incident.ts'
import { stillOpen } from './still-open.ts'

const began = (at: number): Seen => ({
  type: 'began',
  side: 'client',
  identity: { pod: 'client', node: 'nodea', ip: '10.244.1.10', instance: `${at}` },
  version: '1.2.3',
  at,
  steady: at,
  pod: 'client',
  half: 'client',
})
const [open, closed] = [
  exampleVerdict({ id: 'client a-1', openedAt: 10 }),
  exampleVerdict({ id: 'client a-1', openedAt: 10, state: 'closed' }),
]

test('a verdict counts as it was last told', () => {
  const observations = [began(1)]
  expect(stillOpen([open], { observations })).toEqual([open])
  expect(stillOpen([open, closed], { observations })).toEqual([])
})

test('what is planned waits for nothing', () => {
  expect(stillOpen([{ ...open, planned: true }], { observations: [began(1)] })).toEqual([])
})

test('nobody closes the verdict of a client that was replaced; its successor counts anew', () => {
  const again = exampleVerdict({ id: 'client a-1', openedAt: 30 })
  expect(stillOpen([open], { observations: [began(20), began(1)] })).toEqual([])
  expect(stillOpen([open, again], { observations: [began(20), began(1)] })).toEqual([again])
})
