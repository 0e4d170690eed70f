import { backoff, type Random } from '../schedule/spread.ts'
import type { CohortSettings } from '../settings/cohort.ts'

/** How long after a server's goodbye a failed connect still belongs to its rollout, ms. */
export const rolloutMs = 60_000

/** A server that said goodbye is over; so long at most its connections stay away, ms. It leaves half of `rolloutMs` to the connects that fail. */
const mostSpreadMs = 30_000

/** How a connection ended. */
export interface Gone {
  /** Attempts in a row that had not opened before. */
  readonly failures: number
  /** The server said that it goes. */
  readonly left: boolean
}

/**
 * How long a connection that ended waits until it is opened anew, ms. After a goodbye it is anywhere in the cohort's `spread`: a
 * thousand clients hear it in the same second, and whoever is opened in one second speaks in one second from then on, for silences
 * are kept to the tick. After anything else, and where nothing is to be spread, it is the backoff alone: a fault is looked at again soon.
 */
export function reconnectIn(
  { reconnect: { base, cap }, spread }: Pick<CohortSettings, 'reconnect' | 'spread'>,
  { failures, left }: Gone,
  random: Random,
): number {
  const wait = backoff(failures, { baseMs: base, capMs: cap }, random)
  return left ? Math.max(wait, random() * Math.min(spread, mostSpreadMs)) : wait
}
