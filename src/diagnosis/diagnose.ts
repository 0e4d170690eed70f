import type { Observation } from '../outcome/observation.ts'
import type { Verdict } from '../outcome/verdict.ts'
import { type Case, caseOf, hasSymptoms, isSymptom } from './case.ts'
import { docket } from './docket.ts'
import { history } from './history.ts'
import { rules as every } from './index.ts'
import type { Rule } from './rule.ts'
import { isOfAge } from './timeout-watch.ts'
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
  const isDue = dueness()
  /** The names of open verdicts that do not hold any more. */
  function refutedIn(of: Case): ReadonlySet<string> {
    const open = new Set(verdicts.open.map(({ name }) => name))
    return new Set(rules.filter(rule => open.has(rule.name) && rule.isRefuted?.(of)).map(({ name }) => name))
  }

  return {
    fold(observation) {
      const changes = past.changes.total
      past.fold(observation)
      const due = isDue(observation, past.changes.total > changes)
      if (observation.type !== 'examined') return []
      const of = caseOf(past, observation.at, verdicts.spent)
      // Most of the time all is well, and then nobody has to look for reasons.
      if (!due || !hasSymptoms(of)) return verdicts.enter([], of)
      const found = weigh(rules, of, verdicts.settled)
      past.excuse(found.filter(({ rule }) => !isOfAge(rule)).flatMap(({ finding }) => finding.explains))
      return verdicts.enter(found, of, refutedIn(of))
    },
    get open() {
      return verdicts.open
    },
  }
}

/** What went wrong is judged again, since evidence may come late, but with a pause that grows: a tenth of the time since. */
const pause = 0.1

/** Whether reasons are to be looked for at this examination. */
function dueness(): (observation: Observation, changed: boolean) => boolean {
  let [symptomAt, judgedAt, isNews] = [-Infinity, -Infinity, false]
  return (observation, changed) => {
    const { at } = observation
    if (changed || isSymptom(observation)) [symptomAt, isNews] = [at, true]
    if (observation.type !== 'examined') return false
    // A clock that was set back makes the pauses negative.
    const due = isNews || Math.abs(at - judgedAt) >= Math.abs(at - symptomAt) * pause
    if (due) [judgedAt, isNews] = [at, false]
    return due
  }
}
