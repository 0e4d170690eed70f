import type { Clock } from '../clock.ts'
import type { Observation } from '../outcome/observation.ts'

/**
 * The order in which recorder and journal get what happened: `steady` never steps back, or sums and slices of time would not add up. What
 * another process observed arrives a moment late; it stands where it arrived, and keeps its stamp otherwise.
 */
export interface Sequence {
  /** Time for who writes the sequence down or shows it: nothing is placed before what was read from it. */
  readonly clock: Clock
  place(observation: Observation): Observation
}

export function sequence(clock: Clock): Sequence {
  let newest = -Infinity
  return {
    clock: { ...clock, steady: () => (newest = Math.max(newest, clock.steady())) },
    place(observation) {
      if (observation.steady < newest) return { ...observation, steady: newest }
      newest = observation.steady
      return observation
    },
  }
}
