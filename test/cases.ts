import { type Case, caseOf } from '../src/diagnosis/case.ts'
import { history } from '../src/diagnosis/history.ts'
import type { Observation } from '../src/outcome/observation.ts'

/** The case that these observations make, examined at the time of the last of them. */
export function caseFrom(observations: readonly Observation[]): Case {
  const past = history()
  for (const each of observations) past.fold(each)
  return caseOf(past, observations.at(-1)?.at ?? 0, new Set())
}
