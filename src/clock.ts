import { performance } from 'node:perf_hooks' // the global of that name is a getter, at a fifth of the price of each call
import { setTimeout as sleep } from 'node:timers/promises'

/** The only source of time. Rooms take it as a parameter; only `cli/` names the real one. */
export interface Clock {
  /** Wall time, epoch ms: for stamps people read and for joining with kernel logs. */
  now(): number
  /** Steady time, fractional ms since the process began: for durations. */
  steady(): number
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `ring` once, after `ms`, unless the returned function is called first. */
  alarm(ms: number, ring: () => void): () => void
}

/**
 * Where the steady clock of this process stood at 0, by the clock that all processes of a machine share (CLOCK_MONOTONIC), ms. Read a few
 * times: whatever comes between the two readings makes one of them too late.
 */
export function steadyOrigin(): number {
  const readings = Array.from({ length: 9 }, () => -performance.now() + Number(process.hrtime.bigint()) / 1e6)
  return Math.min(...readings)
}

/** The real clock, its steady time counted as another process of this machine does whose origin that is. */
export function realClockSince(origin: number): Clock {
  const ahead = steadyOrigin() - origin
  return { ...realClock, steady: () => performance.now() + ahead }
}

export const realClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}),
  alarm(ms, ring) {
    const timer = setTimeout(ring, ms)
    return () => clearTimeout(timer)
  },
}
