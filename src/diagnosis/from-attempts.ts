import { attemptLines, lastAt } from './attempt-lines.ts'
import { type Attempt, attemptsOf, isHeard } from './attempts.ts'
import { around } from './callees.ts'
import type { Case } from './case.ts'
import type { Meanwhile } from './rises.ts'
import type { Finding } from './rule.ts'

/** What a rule adds to what every finding about attempts tells. */
export interface Findings extends Omit<Finding, 'explains' | 'of'> {
  /** Those that failed. */
  readonly bad: readonly Attempt[]
  /** Those that could have, and did not. */
  readonly good: readonly Attempt[]
  /** When it was. */
  readonly meanwhile: Meanwhile
}

export function findingFrom(of: Case, { bad, good, meanwhile, evidence, ...finding }: Findings): Finding {
  const callees = new Set(bad.map(({ host }) => host))
  const others = around(
    attemptsOf(of).filter(({ host, isNew, isDoubtful }) => isNew && !isDoubtful && !callees.has(host)),
    meanwhile,
  )
  return {
    ...finding,
    explains: bad.flatMap(({ symptom }) => symptom ?? []),
    of: bad.length + good.length,
    evidence: [
      ...attemptLines([...bad, ...good]),
      ...(others.length > 0
        ? [
            {
              source: 'client',
              at: lastAt(others),
              says: `${others.filter(isHeard).length} of ${others.length} new attempts to others got through meanwhile`,
            },
          ]
        : []),
      ...evidence,
    ],
  }
}
