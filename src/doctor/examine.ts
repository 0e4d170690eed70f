import { readingsOf } from '../diagnosis/readings.ts'
import type { Readings } from '../outcome/evidence.ts'
import { type Finding, type Level, levels, type Node } from './check.ts'
import { checks } from './index.ts'

/** What one check found. */
export interface Result extends Finding {
  readonly check: string
}

/** Judges what was read of a node, twice, a second apart; the worst first. `at`: of the second reading, epoch ms. */
export function examine(first: Readings, second: Readings, at: number): readonly Result[] {
  const node = nodeOf(first, second, at)
  return checks
    .map(({ name, judge }) => ({ check: name, ...judge(node) }))
    .toSorted((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level))
}

export const worstOf = (results: readonly Result[]): Level | undefined =>
  levels.find(level => results.some(each => each.level === level))

function nodeOf(first: Readings, second: Readings, at: number): Node {
  const [then, now] = [first, second].map(node => readingsOf([{ at, evidence: { node } }]))
  return {
    at,
    now: facts => now?.newest(facts, 'node')?.value,
    before: facts => then?.newest(facts, 'node')?.value,
    why: facts => now?.absence(facts, 'node') ?? then?.absence(facts, 'node') ?? 'nobody was asked',
  }
}
