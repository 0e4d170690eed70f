import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Sink } from '../outcome/observation.ts'
import { faultOf } from '../record/faults.ts'

/** Faults logged one by one in each window; a flush resets thousands of connections in a second. */
const most = 50
const windowMs = 10_000

/** Logs every fault at `warn` with its fields. In a flood only the first of each window, then how many more there were. */
export function faultLines(log: Log, clock: Clock): Sink {
  let logged = 0
  let left = 0

  function endWindow(): void {
    if (left > 0) log.warn({ faults: left }, 'more faults, not logged one by one')
    logged = 0
    left = 0
  }

  return observation => {
    if (observation.type !== 'ended' && observation.type !== 'asked') return
    const fault = faultOf(observation)
    if (!fault) return
    if (logged === 0) clock.alarm(windowMs, endWindow)
    if (++logged > most) left += 1
    else {
      const { side, kind, name, fate, phase, code } = fault
      log.warn({ fault }, `${side} ${kind} ${name}: ${fate} (${phase}, ${code})`)
    }
  }
}
