import { expect, test } from 'vitest'
import { began, connects, flowsOf, held, inOrder, look } from '../../../test/calls.ts'
import { caseFrom } from '../../../test/cases.ts'
import { examined, storyBegins } from '../../../test/stories.ts'
import type { Observation } from '../../outcome/observation.ts'
import { tableFull } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) =>
  tableFull.judge(caseFrom(inOrder([began()], ...parts, [examined(60)])))

const cut = (s: number) => (s < 10 || s >= 20 ? 10 : ('silent' as const))
const lost = inOrder(
  connects({ fate: cut }),
  connects({ name: 'straight', called: 11, fate: s => (cut(s) === 10 ? 11 : 'silent') }),
)
const max = 1000
const table = (s: number, count: number, drop: number, more: object = {}) =>
  look(s, { table: { count, max, counters: { drop, insert_failed: 0, early_drop: 0 }, ...more } })
const loss = (drop: number, count = max, insertFailed = 0) => ({
  losses: [{ from: storyBegins + 9500, to: storyBegins + 20_500, drop, insertFailed, count, max }],
})

test('the agent remembers that packets were dropped for want of room: proven, also when it could only be asked afterwards', () => {
  const [finding] = judge(lost, held({ servers: [10, 11] }), [table(25, 20, 200, loss(200))])
  expect(finding).toMatchObject({ confidence: { level: 'proven' }, of: flowsOf(lost).length })
  expect(finding?.remedy).toContain(`sysctl -w net.netfilter.nf_conntrack_max=${2 * max}`)
  expect(finding?.ruledOut.map(({ what }) => what)).toContain('forwarding-off')
})

test('two readings tell as well: full in between, and the counter rose', () => {
  expect(judge(lost, [table(5, 500, 0), table(15, max, 60), table(25, 20, 100)])).toHaveLength(1)
})

test.each([
  ['it is full, and nothing is dropped: it gives up entries', [table(5, max, 0), table(15, max, 0), table(25, max, 0)]],
  ['packets are dropped, and it is not full', [table(5, 500, 0), table(15, 600, 90), table(25, 600, 90)]],
  ['what was dropped had lost a race', [table(25, max, 90, loss(90, max, 90))]],
  ['a few packets were dropped, and many were lost', [table(25, max, 3, loss(3))]],
  [
    'it was full an hour ago',
    [table(25, 20, 90, { losses: [{ ...loss(90).losses[0], from: storyBegins - 4e6, to: storyBegins - 3.9e6 }] })],
  ],
  ['the node says nothing', [look(25, {})]],
])('%s: not this', (_, looked) => {
  expect(judge(lost, looked)).toEqual([])
})

test('what gets through meanwhile contradicts it, and two lost connects are nothing', () => {
  const looked = [table(25, 20, 200, loss(200))]
  expect(judge(connects({ fate: (s, i) => (s > 10 && s < 20 && i % 2 ? 'silent' : 10) }), looked)).toEqual([])
  expect(judge(connects({ every: 6, fate: cut }), looked)).toEqual([])
})
