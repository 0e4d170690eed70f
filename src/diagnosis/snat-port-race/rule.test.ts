import { describe, expect, test } from 'vitest'
import { began, connects, inOrder, look } from '../../../test/calls.ts'
import { caseFrom } from '../../../test/cases.ts'
import { examined, opened, storyBegins } from '../../../test/stories.ts'
import type { Observation } from '../../outcome/observation.ts'
import { snatPortRace } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) =>
  snatPortRace.judge(caseFrom(inOrder([began()], ...parts, [examined(60)])))
const words = (findings: ReturnType<typeof judge>) =>
  findings.map(({ only, confidence }) => `${only ?? ''}${confidence.level}`)

const opens = (n: number, s: number, tookUs: number) =>
  Array.from({ length: n }, (_, i) => opened(s + i * 0.001, { id: `${s}-${i}-${tookUs}`, tookUs, path: 'pod' }))
const late = inOrder(opens(10, 12, 1_020_000), opens(10, 11, 500))
const table = (s: number, insertFailed: number, drop: number, more: object = {}) =>
  look(s, { table: { counters: { insert_failed: insertFailed, drop }, ...more } })
const races = (insertFailed: number, drop: number) => ({
  losses: [{ from: storyBegins + 10_500, to: storyBegins + 12_500, drop, insertFailed, count: 9, max: 100 }],
})
const keeps = { masquerades: [{ source: '10.244.0.0/16', text: '-A POSTROUTING -s 10.244.0.0/16 -j MASQUERADE' }] }

describe('conntrack counts as many races', () => {
  test('and the rule keeps source ports: proven, quoting it', () => {
    const [finding] = judge(late, [look(1, { rules: keeps }), table(15, 10, 10, races(10, 10))])
    expect(finding).toMatchObject({ confidence: { level: 'proven' }, of: 20 })
    expect(finding?.explains).toHaveLength(10)
    expect(finding?.remedy.join('\n')).toContain(keeps.masquerades[0]?.text)
  })

  test('as two readings tell; the rules could not be read: likely', () => {
    expect(words(judge(late, [table(5, 3, 3), table(15, 13, 13)]))).toEqual(['likely'])
  })

  test('far fewer, or packets were dropped for want of room: not this', () => {
    const few = opens(5, 12, 1_020_000).concat(opens(50, 11, 500))
    expect(judge(few, [table(15, 1, 1, races(1, 1))])).toEqual([])
    expect(judge(few, [table(15, 5, 90, races(5, 90))])).toEqual([])
  })
})

describe('without the node', () => {
  test('so many first packets were lost, and no second one: the family', () => {
    expect(words(judge(inOrder(opens(19, 12, 1_020_000), opens(1, 11, 500))))).toEqual(['familypossible'])
  })

  test('as often as plain loss would have it: nothing', () => {
    expect(judge(inOrder(opens(4, 12, 1_020_000), opens(96, 11, 500)))).toEqual([])
  })
})

test.each([
  ['one', opens(1, 12, 1_020_000)],
  ['what took two retransmissions or more', opens(10, 12, 3_100_000)],
  ['slow, but not by a retransmission', opens(10, 12, 700_000)],
  ['the echo of an outage', inOrder(late, connects({ from: 8, to: 11, fate: () => 'silent' }))],
])('%s is none', (_, told) => {
  expect(judge(told, [look(1, { rules: keeps }), table(15, 10, 10, races(10, 10))])).toEqual([])
})
