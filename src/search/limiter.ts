import type { Clock } from '../clock.ts'

/** How many connections are being opened at once, and how fast. A target that refuses slows it down. */
export interface Limiter {
  hasRoom(): boolean
  through<T>(open: () => Promise<T>): Promise<T>
  /** An opening failed: from now on half as many at once, and a pause. */
  slower(): void
}

export function limiter(
  clock: Clock,
  { perSecond, atOnce = 64 }: { readonly perSecond: number; readonly atOnce?: number },
): Limiter {
  let [under, most] = [0, atOnce]
  let [allowance, since] = [1, clock.steady()]
  let notBefore = 0
  let pauseMs = 50

  function refill(): void {
    const now = clock.steady()
    allowance = Math.min(atOnce, allowance + ((now - since) * perSecond) / 1000)
    since = now
  }

  return {
    hasRoom() {
      refill()
      return under < most && allowance >= 1 && clock.steady() >= notBefore
    },
    async through(open) {
      under += 1
      allowance -= 1
      try {
        const opened = await open()
        most = Math.min(atOnce, most + 1)
        pauseMs = Math.max(50, pauseMs / 2)
        return opened
      } finally {
        under -= 1
      }
    },
    slower() {
      most = Math.max(1, Math.floor(most / 2))
      pauseMs = Math.min(5000, pauseMs * 2)
      notBefore = clock.steady() + pauseMs
    },
  }
}
