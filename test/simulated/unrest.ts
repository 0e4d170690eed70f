import type { Told } from '../../src/outcome/observation.ts'
import type { Timeline } from './timeline.ts'

/** How we ourselves misbehave: the event loop stands still, the clock is set. */
export interface Unrest {
  /** From now on for so long nothing is heard, and everything afterwards at once, ms. */
  stall(ms: number): void
  /** NTP sets the clock. */
  jump(ms: number): void
  /** Does it now, or once the loop runs again. */
  meanwhile(act: () => void): void
  disturbedSince(steady: number): boolean
}

export function unrest(time: Timeline, tell: (told: Told) => void): Unrest {
  let [until, last] = [-Infinity, -Infinity]
  let waiting: (() => void)[] = []

  function disturbed(what: 'loop-stall' | 'clock-jump', ms: number): void {
    last = time.now()
    tell({ type: 'disturbed', what, ms })
  }

  return {
    stall(ms) {
      until = time.now() + ms
      time.after(ms, () => {
        // What was due before the tick that tells of the stall comes before it, and is known to be disturbed.
        last = time.now()
        const due = waiting
        waiting = []
        until = -Infinity
        for (const act of due) act()
        disturbed('loop-stall', ms)
      })
    },
    jump(ms) {
      time.jump(ms)
      disturbed('clock-jump', ms)
    },
    meanwhile(act) {
      if (time.now() < until) waiting.push(act)
      else act()
    },
    disturbedSince: steady => last >= steady,
  }
}
