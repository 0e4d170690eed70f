import type { Case } from '../case.ts'
import { type Sighting, sightingsOf, leastUnheardSince } from '../sightings.ts'
import { isSound, type Stretch, stretchesOf } from '../stretches.ts'
import { type Target, targetsOf } from '../targets.ts'

/** A port whose entry leads to somebody who is no server of the address any more: seen, not inferred. */
export interface LeftBehind {
  readonly target: Target
  readonly stretch: Stretch
  readonly sighting: Sighting
  /** For a while the address had no server at all. */
  readonly hadNone: boolean
}

export const leftBehindIn = (of: Case): readonly LeftBehind[] =>
  targetsOf(of).flatMap(target =>
    target.pinned.flatMap(stretchesOf).flatMap(stretch => {
      if (!isSound(stretch, target.fresh)) return []
      const sightings = sightingsOf(of, stretch)
      const sighting = sightings.findLast(isLeftBehind)
      const hadNone = sightings.some(({ served }) => served.by !== 'nobody' && served.backends.length === 0)
      return sighting ? [{ target, stretch, sighting, hadNone }] : []
    }),
  )

/** An entry that translates, to whom nobody else is led: neither a server that is dead and served, nor one of IPVS. */
const isLeftBehind = ({ led, served, unheardSince }: Sighting): boolean =>
  led.isTranslated &&
  (served.by === 'rules' || served.by === 'cluster') &&
  served.backends.length > 0 &&
  !served.backends.includes(led.to) &&
  unheardSince.length >= leastUnheardSince
