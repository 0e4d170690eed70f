import { attemptLines, lastAt } from '../attempt-lines.ts'
import { attemptsOf, isHeard } from '../attempts.ts'
import { within } from '../callees.ts'
import type { Case } from '../case.ts'
import { hasLeft } from '../goodbyes.ts'
import type { Spell } from '../partly.ts'
import type { Finding } from '../rule.ts'
import { remedy } from './remedy.ts'
import { type Dead, symptomsOf, tollOf } from './toll.ts'

export interface Telling extends Pick<Finding, 'says' | 'confidence' | 'evidence' | 'ruledOut' | 'missing'> {
  readonly dead: Dead
  readonly only?: 'family'
}

export function deadFinding(of: Case, spell: Spell, telling: Telling): Finding {
  const { dead, says, only, confidence, evidence, ruledOut, missing } = telling
  const toll = tollOf(of, spell, dead)
  const planned = dead.servers.length > 0 && dead.servers.every(server => hasLeft(of, server, spell.bad[0].sentAt))
  const straight = within(
    attemptsOf(of).filter(({ host, isNew }) => isNew && host !== undefined && host !== spell.callee.host),
    spell,
  )
  return {
    says,
    ...(only && { only }),
    ...(planned && { planned }),
    explains: symptomsOf(toll),
    of: toll.length + spell.good.length,
    confidence,
    evidence: [
      ...attemptLines([...toll, ...spell.good]),
      ...evidence,
      ...(straight.length > 0
        ? [
            {
              source: 'client',
              at: lastAt(straight),
              says: `${straight.filter(isHeard).length} of ${straight.length} new attempts to others got through meanwhile`,
            },
          ]
        : []),
    ],
    ruledOut,
    missing,
    remedy: remedy(spell.bad, dead.hosts),
  }
}
