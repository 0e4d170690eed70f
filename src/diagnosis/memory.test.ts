import { expect, test } from 'vitest'
import { caseFrom } from '../../test/cases.ts'
import { open } from '../../test/silence-accounts.ts'
import { byIpvs, byRules, story } from '../../test/silence-evidence.ts'
import { type End, silence } from '../../test/silences.ts'
import { examined, storyBegins } from '../../test/stories.ts'
import { lossesOf } from './losses.ts'
import { conntrackExpiry } from './conntrack-expiry/rule.ts'
import { ipvsExpiry } from './ipvs-expiry/rule.ts'
import { conntrackMemory, ipvsMemory } from './memory.ts'

/** They last spoke at 0 s, and were reset by their next word at 900 s; the node is asked at these times, and at the end. */
function after(
  node: (seconds: number) => object,
  end: number,
  ...asked: readonly (readonly [s: number, seconds: number])[]
) {
  const read = ([s, seconds]: readonly [number, number]) =>
    examined(s, {
      node: Object.fromEntries(
        Object.entries(node(seconds)).map(([name, value]) => [name, { at: storyBegins + s * 1000, value }]),
      ),
    })
  const silent = silence({ idle: 900, ends: () => 'word' })
  return caseFrom(
    [...story({ node: node(end) as Record<string, unknown> }, silent), ...asked.map(read)].toSorted(
      (a, b) => a.at - b.at,
    ),
  )
}

test('asked once, the node says what it says', () => {
  const of = after(byRules, 300)
  expect(conntrackMemory(of, lossesOf(of))?.ms).toBe(300_000)
})

test('raised in their silence: their timers ran as they were set', () => {
  const of = after(byRules, 86_400, [-5, 300], [600, 86_400])
  expect(conntrackMemory(of, lossesOf(of))?.ms).toBe(300_000)
  expect(conntrackMemory(of)?.ms).toBe(86_400_000)
})

test('lowered between two looks, of which one is before their last word: it may have been in force', () => {
  const of = after(byRules, 300, [-5, 86_400], [5, 300])
  expect(conntrackMemory(of, lossesOf(of))?.ms).toBe(300_000)
})

test('lowered long after their last word: not for them', () => {
  const of = after(byRules, 300, [-5, 86_400], [5, 86_400])
  expect(conntrackMemory(of, lossesOf(of))?.ms).toBe(86_400_000)
})

test('the same of IPVS', () => {
  const of = after(byIpvs, 86_400, [-5, 300], [600, 86_400])
  expect(ipvsMemory(of, lossesOf(of))?.ms).toBe(300_000)
})

/** Hours in which these silences were survived, then the node's timeout is lowered, and one in two dies. */
function lowered(
  node: (seconds: number) => object,
  ends: End,
  ...seen: readonly (readonly [s: number, seconds: number])[]
) {
  const well = Array.from({ length: 10 }, (_, i) => silence({ from: i * 1000, idle: 900 }))
  const ill = silence({ from: 20_000, idle: 900, ends: i => (i % 2 === 0 ? 'word' : ends) })
  const looks = seen.map(([s, seconds]) =>
    examined(s, {
      node: Object.fromEntries(
        Object.entries(node(seconds)).map(([name, value]) => [name, { at: storyBegins + s * 1000, value }]),
      ),
    }),
  )
  const told = { ledger: open, node: node(600) as Record<string, unknown> }
  return caseFrom([...story(told, ...well, ill), ...looks].toSorted((a, b) => a.at - b.at))
}

test('lowered while all was well: who survived before says nothing against it', () => {
  const before = [100, 86_400] as const
  const now = lowered(byRules, 'answered', before, [15_000, 600])
  expect(conntrackExpiry.judge(now)).toMatchObject([
    { variant: 'client-first', of: 40, explains: { length: 20 } },
    { only: 'family' },
  ])
  expect(ipvsExpiry.judge(lowered(byIpvs, 'word', before, [15_000, 600]))).toMatchObject([
    { confidence: { level: 'proven' }, explains: { length: 40 } },
  ])
})

test('was it never another, who survived speaks against it', () => {
  const asEver = lowered(byRules, 'answered', [100, 600], [15_000, 600])
  expect(conntrackExpiry.judge(asEver)).toMatchObject([{ only: 'family' }])
  expect(ipvsExpiry.judge(lowered(byIpvs, 'word', [100, 600])).filter(({ only }) => only === undefined)).toEqual([])
})

/** IPVS remembers for 600 s; some survived a silence of so many, and others died of 900 s. */
function with600(survived: number) {
  const well = silence({ name: 'longer', idle: survived })
  const ill = silence({ from: 2000, idle: 900, ends: () => 'word' })
  return ipvsExpiry.judge(caseFrom(story({ ledger: open, node: byIpvs(600) }, well, ill)))
}

test('a timer of IPVS is late: who survives a silence somewhat longer than its timeout says nothing against it', () => {
  expect(with600(650)).toMatchObject([{ confidence: { level: 'proven' } }])
  expect(with600(950).filter(({ only }) => only === undefined)).toEqual([])
})
