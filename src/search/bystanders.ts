import type { Clock } from '../clock.ts'
import type { Found } from '../tuning/estimate.ts'
import type { Held } from './connections.ts'

/** Silences up to so many times the upper bound are waited for, where they make the bounds sharper. */
export const soon = 1.06
/** Longer silences began a little later: within so much they are as old as those that died. */
const ofSameAge = 0.985
/** So many are asked at once, and so many in all. */
const [atOnce, most] = [16, 64]

/**
 * Behind a Service some that were forgotten live all the same, and a few lucky ones leave the bounds wide. Who was to be silent for
 * longer is as old by now as those that died, and of no other use: asked now, they tell the share that dies.
 */
export function bystanders(clock: Clock) {
  let [asked, awaited] = [0, 0]
  return {
    /** Whether somebody was asked whose answer is still to come. */
    ask(rungs: readonly Held[], { highMs }: Found): boolean {
      if (awaited > 0) return true
      const ofAge = rungs.filter(({ want, attempt }) => {
        const since = attempt.quietSince()
        return since !== undefined && want.silenceMs > highMs * soon && clock.steady() - since >= highMs * ofSameAge
      })
      for (const { attempt } of ofAge.slice(0, Math.min(atOnce, most - asked))) {
        asked += 1
        awaited += 1
        attempt.askNow()
        void attempt.outcome.then(() => (awaited -= 1))
      }
      return awaited > 0
    },
  }
}
