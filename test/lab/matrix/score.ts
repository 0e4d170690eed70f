import { rules } from '../../../src/diagnosis/index.ts'
import { judge } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import { findScenario } from '../scenarios/index.ts'
import type { Incident, Mode } from '../seen/incident.ts'
import { sightOfRun } from '../seen/sight.ts'
import { isHealed } from '../watched.ts'
import { type Named, named, namedAgain, verdictsAgain, verdictsIn } from './named.ts'
import { stillOpen } from './still-open.ts'

/** How a run was named: exactly, only its family, something else, or nothing where there was something to name. */
export const grades = ['exact', 'family', 'wrong', 'silent'] as const
export type Grade = (typeof grades)[number]

/** One run, judged twice. */
export interface Scored {
  readonly scenario: string
  readonly mode: Mode
  /** What was staged: a verdict's name, or `nothing`. */
  readonly staged: string
  /** Every proof of the scenario held: what was to be staged was. */
  readonly proved: boolean
  /** Where it was healed in the end: every verdict closed by itself. */
  readonly closed?: boolean
  readonly withAgent: { readonly grade: Grade; readonly named: readonly string[] }
  readonly withoutAgent: { readonly grade: Grade; readonly named: readonly string[] }
}

/** Scores what the client said when it happened, or (`again`) what the rules as they are now say of it. */
export function scoreOf(incident: Incident, { again }: { readonly again: boolean }): Scored {
  const scenario = findScenario(incident.scenario)
  const sight = sightOfRun(incident)
  const verdicts = again ? verdictsAgain(incident, { agent: true }) : verdictsIn(incident)
  const graded = (names: readonly Named[], alsoRight: readonly string[] = []) => ({
    grade: gradeOf(scenario, names, alsoRight),
    named: names.map(({ name }) => name),
  })
  return {
    scenario: scenario.name,
    mode: incident.mode,
    staged: scenario.verdict ?? 'nothing',
    proved: scenario.proofs.every(proof => judge(proof, sight).holds),
    ...(isHealed(incident) && { closed: stillOpen(verdicts, incident).length === 0 }),
    withAgent: graded(named(verdicts)),
    withoutAgent: graded(namedAgain(incident, { agent: false }), scenario.withoutAgent),
  }
}

/** Compares what was named with what was staged; names and families that are `alsoRight` count as its family. */
export function gradeOf(
  { verdict }: Pick<Scenario, 'verdict'>,
  all: readonly Named[],
  alsoRight: readonly string[] = [],
): Grade {
  // That longhold itself stood still is about the machine the lab runs on; no scenario stages it.
  const named = all.filter(({ family }) => family !== 'ourselves')
  if (verdict === undefined) return named.length === 0 ? 'exact' : 'wrong'
  if (named.length === 0) return 'silent'
  if (named.every(({ name }) => name === verdict || name.split('/')[0] === verdict)) return 'exact'
  const right = [familyOf(verdict), ...alsoRight]
  return named.every(({ name, family }) => right.includes(family) || right.includes(name)) ? 'family' : 'wrong'
}

const familyOf = (verdict: string): string | undefined =>
  rules.find(({ name }) => name === verdict.split('/')[0])?.family
