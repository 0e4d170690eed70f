import { type Level, levels } from '../outcome/verdict.ts'
import type { Case, Symptom } from './case.ts'
import type { Finding, Rule } from './rule.ts'
import { unexplained } from './unexplained.ts'

/** A finding, and whose it is. */
export interface Found {
  readonly rule: Pick<Rule, 'name' | 'family' | 'isCured'>
  readonly finding: Finding
}

/**
 * Asks every rule, and lets the surest findings speak first: one whose symptoms others have explained more surely, or as
 * surely together with as many others, is dropped, and what it explains beyond them is theirs; what nobody explains is told
 * as unexplained. `settled` symptoms belong to an open verdict already.
 */
export function weigh(rules: readonly Rule[], of: Case, settled: { has(symptom: Symptom): boolean }): readonly Found[] {
  const found = rules
    .flatMap(rule => rule.judge(of).map(finding => ({ rule, finding })))
    .toSorted((a, b) => surenessOf(a.finding) - surenessOf(b.finding))
  const explained = new Set<Symptom>()
  const kept: Found[] = []
  for (const each of found.filter(one => !found.some(other => isPartOf(one, other)))) {
    const { explains } = each.finding
    const news = explains.filter(symptom => !explained.has(symptom))
    for (const symptom of news) explained.add(symptom)
    if (news.length > 0 && news.length * 2 >= explains.length) kept.push(each)
    else if (news.length > 0) takeOver(kept, explains, news)
  }
  const rest = unexplained(of, symptom => explained.has(symptom) || settled.has(symptom))
  return [...kept, ...rest]
}

/** What is mostly explained by another is wholly explained by it: else it would come up again when that one is over. */
function takeOver(kept: Found[], explains: readonly Symptom[], news: readonly Symptom[]): void {
  const shared = kept.map(({ finding }) => {
    const theirs = new Set(finding.explains)
    return explains.filter(symptom => theirs.has(symptom)).length
  })
  const at = shared.indexOf(Math.max(...shared))
  const heir = kept[at]
  if (!heir) return
  const { finding } = heir
  kept[at] = {
    ...heir,
    finding: { ...finding, explains: [...finding.explains, ...news], of: finding.of + news.length },
  }
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
