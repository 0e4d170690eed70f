import type { Clock } from '../../../clock.ts'

/** One request's right to go on: it ends with the source, or when something takes too long. */
export interface Limit extends Disposable {
  readonly signal: AbortSignal
  /** Ends it after `ms` for the reason `why`, unless the returned function is called first. */
  within(ms: number, why: string): () => void
}

/** Linked by hand: a signal made with `AbortSignal.any` would stay with `closing` for good, one for each request. */
export function limit(clock: Clock, closing: AbortSignal): Limit {
  const over = new AbortController()
  const alarms: (() => void)[] = []
  const end = () => over.abort(closing.reason)
  if (closing.aborted) end()
  closing.addEventListener('abort', end)
  return {
    signal: over.signal,
    within(ms, why) {
      const disarm = clock.alarm(ms, () => over.abort(new Error(why)))
      alarms.push(disarm)
      return disarm
    },
    [Symbol.dispose]() {
      closing.removeEventListener('abort', end)
      for (const disarm of alarms) disarm()
    },
  }
}
