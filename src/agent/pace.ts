import type { Clock } from '../clock.ts'

/** Questions under way at once: each may start a process for each flow. */
export const mostAtOnce = 8
/** Questions in a second from one address. A client asks every few seconds, and twice at most when something goes wrong. */
export const mostEachSecond = 4

/** Lets so many ask, and no more. */
export interface Pace {
  /** Why `from` has to come again later; `undefined` when it may ask now. */
  slowDown(from: string): string | undefined
  /** Runs `work`, or says that too much is under way. */
  run<T>(work: () => Promise<T>): Promise<T> | string
}

export function pace(clock: Clock): Pace {
  let second = 0
  let underWay = 0
  const asked = new Map<string, number>()
  return {
    slowDown(from) {
      const now = Math.floor(clock.steady() / 1000)
      if (now !== second) asked.clear() // so it never holds more addresses than came in a second
      second = now
      const count = (asked.get(from) ?? 0) + 1
      asked.set(from, count)
      return count > mostEachSecond ? `${from} asks more than ${mostEachSecond} times a second` : undefined
    },
    run(work) {
      if (underWay >= mostAtOnce) return `${mostAtOnce} questions are being answered`
      underWay += 1
      return work().finally(() => (underWay -= 1))
    },
  }
}
