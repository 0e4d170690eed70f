import type { Case } from '../case.ts'
import { findingFrom } from '../from-attempts.ts'
import { hasLeft } from '../goodbyes.ts'
import type { Spell } from '../partly.ts'
import type { Finding } from '../rule.ts'
import { remedy } from './remedy.ts'
import { type Dead, tollOf } from './toll.ts'

export interface Telling extends Pick<Finding, 'says' | 'confidence' | 'evidence' | 'ruledOut' | 'missing'> {
  readonly dead: Dead
  readonly only?: 'family'
}

/** A server that said goodbye, and that others are still led to for a moment, is a rollout. */
export function deadFinding(of: Case, spell: Spell, { dead, ...telling }: Telling): Finding {
  const planned = dead.servers.length > 0 && dead.servers.every(server => hasLeft(of, server, spell.bad[0].sentAt))
  return findingFrom(of, {
    ...telling,
    ...(planned && { planned }),
    bad: tollOf(of, spell, dead),
    good: spell.good,
    meanwhile: spell,
    remedy: remedy(spell.bad, dead.hosts),
  })
}
