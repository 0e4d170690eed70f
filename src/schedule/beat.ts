import type { Clock } from '../clock.ts'

/**
 * Calls `strike` every `everyMs`, the first time after `delayMs`, without drift. Beats missed while the process was
 * stalled or suspended are skipped, not made up for in a burst. Returns what stops it.
 */
export function beat(
  clock: Clock,
  { everyMs, delayMs = 0 }: { everyMs: number; delayMs?: number },
  strike: () => void,
): () => void {
  let due = clock.steady() + delayMs
  let cancel = clock.alarm(delayMs, ring)

  function ring(): void {
    const now = clock.steady()
    due += everyMs * Math.max(1, Math.floor((now - due) / everyMs) + 1)
    cancel = clock.alarm(Math.max(0, due - now), ring)
    strike()
  }

  return () => cancel()
}
