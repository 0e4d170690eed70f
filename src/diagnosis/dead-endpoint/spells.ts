import type { Attempt } from '../attempts.ts'
import type { Case } from '../case.ts'
import { fallenOf, inVainOf, isGone } from '../fallen.ts'
import { hostOf } from '../host.ts'
import { leadOf } from '../leads.ts'
import { liedTo } from '../lies.ts'
import { type Spell, spellsOf, spellWithout } from '../partly.ts'

/**
 * What failed at each callee. Who died a moment ago is still led to until that is noticed (peer-died), and those who met it
 * then are left out; where others are led to the same place later, it was not noticed, and they are part of it. Where
 * something was heard, if only lies, somebody is.
 */
export function spellsIn(of: Case): readonly Spell[] {
  const [known, gone] = [
    inVainOf(of),
    new Set(
      fallenOf(of)
        .filter(isGone)
        .map(({ server }) => hostOf(server.ip)),
    ),
  ]
  const heard = ({ callee }: Spell) => new Set(callee.attempts.filter(({ series }) => liedTo(of).has(series)))
  const isLater = (each: Attempt) => !known.has(each) && gone.has(leadOf(of, each)?.backend)
  return spellsOf(of).flatMap(each => {
    const answered = heard(each)
    const spell = spellWithout(each, answered)
    return spell?.bad.some(isLater) ? spell : (spellWithout(each, new Set([...answered, ...known])) ?? [])
  })
}
