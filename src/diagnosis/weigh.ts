import { type Level, levels } from '../outcome/verdict.ts'
import type { Case, Symptom } from './case.ts'
import type { Finding, Rule } from './rule.ts'
import { unexplained } from './unexplained.ts'

/** A finding, and whose it is. */
export interface Found {
  readonly rule: Pick<Rule, 'name' | 'family'>
  readonly finding: Finding
}

/**
 * Asks every rule, and lets the surest findings speak first: one whose symptoms others have explained more surely is
 * dropped, and what nobody explains is told as unexplained. `settled` symptoms belong to an open verdict already.
 */
export function weigh(rules: readonly Rule[], of: Case, settled: { has(symptom: Symptom): boolean }): readonly Found[] {
  const found = rules
    .flatMap(rule => rule.judge(of).map(finding => ({ rule, finding })))
    .toSorted((a, b) => surenessOf(a.finding) - surenessOf(b.finding))
  const explained = new Set<Symptom>()
  const kept = found.filter(({ finding: { explains } }) => {
    const news = explains.filter(each => !explained.has(each))
    for (const each of explains) explained.add(each)
    return news.length * 2 >= explains.length && news.length > 0
  })
  const rest = unexplained(of, symptom => explained.has(symptom) || settled.has(symptom))
  return [...kept, ...rest]
}

/** Lower is surer: by level, and the mechanism itself before its family. */
export const surenessOf = ({ confidence, only }: { confidence: { level: Level }; only?: 'family' }): number =>
  levels.indexOf(confidence.level) * 2 + (only ? 1 : 0)
