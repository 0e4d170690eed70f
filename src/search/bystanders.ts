import type { Clock } from '../clock.ts'
import type { Held } from './connections.ts'

/** Silences up to so many times the upper bound are waited for, where they make the bounds sharper. */
export const soon = 1.06
/** Longer silences began a little later: within so much they are as old as those that died. */
const ofSameAge = 0.985
/** So many are asked at once, and so many in all. */
const [atOnce, most] = [16, 64]

/**
 * Behind a Service some that were forgotten live all the same: of eight that were silent for too long it may be one that dies, or
 * all but one. Who was to be silent for longer is as old by then, and asked at once tells what share dies at that age: an accident,
 * or a timeout. The longest of them, which are missed least if it was an accident.
 */
export function bystanders(clock: Clock) {
  let [asked, awaited] = [0, 0]
  return {
    /** Asks some that are as old as what died at `ageMs`. Whether an answer is still to come. */
    ask(rungs: readonly Held[], ageMs: number): boolean {
      if (awaited > 0) return true
      const ofAge = rungs.filter(({ want, attempt }) => {
        const since = attempt.quietSince()
        return since !== undefined && want.silenceMs > ageMs * soon && clock.steady() - since >= ageMs * ofSameAge
      })
      const longest = ofAge.toSorted((a, b) => b.want.silenceMs - a.want.silenceMs)
      for (const { attempt } of longest.slice(0, Math.min(atOnce, most - asked))) {
        asked += 1
        awaited += 1
        attempt.askNow()
        void attempt.outcome.then(() => (awaited -= 1))
      }
      return awaited > 0
    },
  }
}
