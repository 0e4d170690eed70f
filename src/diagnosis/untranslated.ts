import type { Case, Question } from './case.ts'
import { isHeard, missesOf, sentAt, sentIn } from './questions.ts'
import { leastUnheardSince, type Sighting, sightingsOf } from './sightings.ts'
import { isSound, type Stretch, stretchesOf } from './stretches.ts'
import { type Target, targetsOf } from './targets.ts'

/** A port whose entry translates nothing, though new flows to the address are led to servers. */
export interface Untranslated {
  readonly target: Target
  readonly stretch: Stretch
  readonly sighting: Sighting
}

export const untranslatedIn = (of: Case): readonly Untranslated[] =>
  targetsOf(of).flatMap(target =>
    target.pinned.flatMap(stretchesOf).flatMap(stretch => {
      if (!isSound(stretch, target.fresh)) return []
      const sighting = sightingsOf(of, stretch).findLast(isUntranslated)
      return sighting ? [{ target, stretch, sighting }] : []
    }),
  )

/** With IPVS it may look so though it is not: conntrack does not see what IPVS does, unless told to. */
const isUntranslated = ({ led, served, unheardSince }: Sighting): boolean =>
  !led.isTranslated &&
  (served.by === 'rules' || served.by === 'cluster') &&
  served.backends.length > 0 &&
  unheardSince.length >= leastUnheardSince

/**
 * What an entry from before the Service explains: all that the port was not answered, and new ports as well, until the first
 * of them was. After that they are another matter.
 */
export function missesSince(of: Case, target: Target, stretch: Stretch): Question[] {
  const fresh = sentIn(target.fresh, { from: -Infinity, to: stretch.to })
  const came = Math.min(...fresh.filter(isHeard).map(sentAt))
  const early = { from: stretch.from - earlyMs, to: came === Infinity ? -Infinity : came }
  return [...missesOf(of, stretch.port, stretch.whole), ...target.fresh.flatMap(port => missesOf(of, port, early))]
}

/** Probes begin within a second of each other. */
const earlyMs = 2000
