import type { Sink } from '../outcome/observation.ts'
import type { Verdict } from '../outcome/verdict.ts'

/** Passes on a verdict when it opens and when it closes; what it learns in between is not news. */
export function verdictNews(tell: (verdict: Verdict, at: number) => void): Sink {
  const open = new Set<string>()
  return observation => {
    if (observation.type !== 'judged') return
    const { verdict, at } = observation
    const wasOpen = open.has(verdict.id)
    if (verdict.state === 'open') open.add(verdict.id)
    else open.delete(verdict.id)
    if (verdict.state === 'closed' || !wasOpen) tell(verdict, at)
  }
}

/** Whether somebody should be woken: a fault that opened, or that has another name now. */
export const isLoud = ({ planned, state, supersededBy }: Verdict): boolean =>
  !planned && (state === 'open' || supersededBy !== undefined)
