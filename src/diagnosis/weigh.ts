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
 * Asks every rule, and lets the surest findings speak first: one whose symptoms others have explained more surely, or as
 * surely together with as many others, is dropped, and what nobody explains is told as unexplained. `settled` symptoms belong to an open verdict already.
 */
export function weigh(rules: readonly Rule[], of: Case, settled: { has(symptom: Symptom): boolean }): readonly Found[] {
  const found = rules
    .flatMap(rule => rule.judge(of).map(finding => ({ rule, finding })))
    .toSorted((a, b) => surenessOf(a.finding) - surenessOf(b.finding))
  const explained = new Set<Symptom>()
  const kept = found
    .filter(each => !found.some(other => isPartOf(each, other)))
    .filter(({ finding: { explains } }) => {
      const news = explains.filter(each => !explained.has(each))
      for (const each of explains) explained.add(each)
      return news.length * 2 >= explains.length && news.length > 0
    })
  const rest = unexplained(of, symptom => explained.has(symptom) || settled.has(symptom))
  return [...kept, ...rest]
}

/** The other is as sure, explains all of it and as much again: one cause rather than two. */
function isPartOf({ finding }: Found, { finding: other }: Found): boolean {
  if (surenessOf(finding) !== surenessOf(other) || other.explains.length < 2 * finding.explains.length) return false
  const wider = new Set(other.explains)
  return finding.explains.every(symptom => wider.has(symptom))
}

/** Lower is surer: by level, and the mechanism itself before its family. */
export const surenessOf = ({ confidence, only }: { confidence: { level: Level }; only?: 'family' }): number =>
  levels.indexOf(confidence.level) * 2 + (only ? 1 : 0)
