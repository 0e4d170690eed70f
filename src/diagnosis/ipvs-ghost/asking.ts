import type { Case } from '../case.ts'
import { sentAt } from '../questions.ts'
import { leastUnheardSince } from '../sightings.ts'
import { isSound, type Stretch, stretchesOf } from '../stretches.ts'
import { type Target, targetsOf } from '../targets.ts'
import { type Weightless, weightlessIn } from '../weightless.ts'

/** A UDP port that hears nothing, and the real server of weight 0 that its entry leads to. */
export interface Asking {
  readonly target: Target
  readonly stretch: Stretch
  readonly ghost: Weightless
}

export const askingIn = (of: Case): readonly Asking[] =>
  targetsOf(of).flatMap(target =>
    target.pinned.flatMap(stretchesOf).flatMap(stretch => {
      if (!isSound(stretch, target.fresh)) return []
      const ghost = weightlessIn(of, stretch.flow, stretch).findLast(
        ({ isOwn, at }) => isOwn && stretch.unheard.filter(each => sentAt(each) > at).length >= leastUnheardSince,
      )
      return ghost ? [{ target, stretch, ghost }] : []
    }),
  )
