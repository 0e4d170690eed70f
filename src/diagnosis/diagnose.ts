import type { Observation } from '../outcome/observation.ts'
import type { Verdict } from '../outcome/verdict.ts'
import { caseOf, hasSymptoms } from './case.ts'
import { docket } from './docket.ts'
import { history } from './history.ts'
import { rules as every } from './index.ts'
import type { Rule } from './rule.ts'
import { weigh } from './weigh.ts'

/** Judges a stream of observations. Pure: a journal replayed gives the same verdicts. */
export interface Diagnostician {
  /** Takes everything observed. At `examined` it judges, and returns the verdicts that opened, changed or closed. */
  fold(observation: Observation): readonly Verdict[]
  /** Verdicts that are open now. */
  readonly open: readonly Verdict[]
}

export function diagnostician(rules: readonly Rule[] = every): Diagnostician {
  const past = history()
  const verdicts = docket()
  return {
    fold(observation) {
      past.fold(observation)
      if (observation.type !== 'examined') return []
      const of = caseOf(past, observation.at, verdicts.spent)
      // Most of the time all is well, and then nobody has to look for reasons.
      return verdicts.enter(hasSymptoms(of) ? weigh(rules, of, verdicts.settled) : [], of)
    },
    get open() {
      return verdicts.open
    },
  }
}
