import { expect, test } from 'vitest'
import { exampleVerdict } from '../../verdicts.ts'
import type { Seen } from '../seen/incident.ts'
import { falseAlarms, openedVerdicts } from './opened.ts'

const judged = (at: number, fields: Parameters<typeof exampleVerdict>[0]): Seen => ({
  type: 'judged',
  verdict: exampleVerdict(fields),
  at,
  steady: at,
  pod: 'client',
  half: 'client',
})

test('each verdict is listed once, as it was last told, in the order they opened', () => {
  const observations = [
    judged(20, { id: 'b-1', openedAt: 20 }),
    judged(10, { id: 'a-1', openedAt: 10 }),
    judged(30, { id: 'a-1', openedAt: 10, state: 'closed' }),
  ]
  expect(openedVerdicts({ observations }).map(({ id, state }) => `${id} ${state}`)).toEqual(['a-1 closed', 'b-1 open'])
})

test('a client that starts again counts anew', () => {
  const observations = [judged(10, { id: 'a-1', openedAt: 10 }), judged(20, { id: 'a-1', openedAt: 20 })]
  expect(openedVerdicts({ observations })).toHaveLength(2)
})

test('a plan is no false alarm; what was told and taken back is one', () => {
  const verdicts = [
    exampleVerdict({ planned: true }),
    exampleVerdict({ id: 'taken-back', state: 'closed', supersededBy: 'plan-1' }),
  ]
  expect(falseAlarms(verdicts).map(({ id }) => id)).toEqual(['taken-back'])
})
