import { rules } from '../../../src/diagnosis/index.ts'
import type { Mode } from '../seen/incident.ts'
import type { Scenario } from '../scenario.ts'
import type { Named } from './named.ts'

/** How a run was named: exactly, only its family, something else, or nothing where there was something to name. */
export const grades = ['exact', 'family', 'wrong', 'silent'] as const
export type Grade = (typeof grades)[number]

/** One run, judged twice. */
export interface Scored {
  readonly scenario: string
  readonly mode: Mode
  /** What was staged: a verdict's name, or `nothing`. */
  readonly staged: string
  readonly withAgent: { readonly grade: Grade; readonly named: readonly string[] }
  readonly withoutAgent: { readonly grade: Grade; readonly named: readonly string[] }
}

/** Compares what was named with what was staged. */
export function gradeOf({ verdict }: Pick<Scenario, 'verdict'>, named: readonly Named[]): Grade {
  if (verdict === undefined) return named.length === 0 ? 'exact' : 'wrong'
  if (named.length === 0) return 'silent'
  if (named.every(({ name }) => name === verdict || name.split('/')[0] === verdict)) return 'exact'
  const family = familyOf(verdict)
  return named.every(each => each.family === family) ? 'family' : 'wrong'
}

const familyOf = (verdict: string): string | undefined =>
  rules.find(({ name }) => name === verdict.split('/')[0])?.family
