import type { Clock } from '../src/clock.ts'

/** Time that passes only when the story says so. */
export interface StoryClock extends Clock {
  /** Lets `ms` pass and rings every alarm that falls due on the way, in order. */
  pass(ms: number): void
}

export function storyClock(startsAt = Date.UTC(2026, 10, 21)): StoryClock {
  let passed = 0
  let alarms: { due: number; ring: () => void }[] = []
  const clock: StoryClock = {
    now: () => startsAt + passed,
    steady: () => passed,
    sleep: ms => new Promise(resolve => clock.alarm(ms, resolve)),
    alarm(ms, ring) {
      const alarm = { due: passed + ms, ring }
      alarms.push(alarm)
      return () => {
        alarms = alarms.filter(each => each !== alarm)
      }
    },
    pass(ms) {
      const end = passed + ms
      for (;;) {
        const next = alarms.filter(each => each.due <= end).sort((a, b) => a.due - b.due)[0]
        if (!next) break
        alarms = alarms.filter(each => each !== next)
        passed = next.due
        next.ring()
      }
      passed = end
    },
  }
  return clock
}
