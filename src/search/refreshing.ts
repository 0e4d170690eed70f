import type { Clock } from '../clock.ts'
import { type Found, latest } from '../tuning/estimate.ts'
import { isInTime, type Refreshed, refreshedBy } from '../tuning/refresh.ts'
import type { Outcome } from './attempt.ts'
import type { Held } from './connections.ts'
import type { Want } from './wants.ts'

/** What becomes of the connections that send keepalive probes. */
export function refreshing(clock: Clock, signal: AbortSignal) {
  const over: { idleS: number; survived: boolean }[] = []
  return {
    heard(want: Want, { type }: Outcome): void {
      over.push({ idleS: idleOf(want), survived: type === 'survived' })
    },
    /** They have been silent for as long as what died: did their probes help them? Asks them once they are old enough. */
    async conclude(found: Found | undefined, held: readonly Held[]): Promise<Refreshed> {
      if (!found) return { refreshes: undefined, why: 'no timeout was found' }
      const asked = held.filter(({ want }) => isInTime(idleOf(want), found))
      const youngest = Math.max(0, ...asked.map(({ attempt }) => attempt.quietSince() ?? 0))
      // A server that looks for idle ones once a second has to have had its look.
      const age = found.kind === 'cut' ? latest(found.highMs) : found.highMs * 1.02 + 50
      await clock.sleep(Math.max(0, youngest + age - clock.steady()), signal).catch(() => {})
      for (const { attempt } of asked) attempt.askNow()
      await Promise.all(asked.map(({ attempt }) => attempt.outcome))
      return refreshedBy(over, found)
    },
  }
}

const idleOf = ({ options }: Want): number => options.keepalive?.idleS ?? Infinity
