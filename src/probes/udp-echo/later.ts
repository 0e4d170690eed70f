import { type Timer, unset, type Wheel } from '../../schedule/wheel.ts'

/** Answers that wait, at most: whoever asks for them costs us memory until they are due. */
export const mostWaiting = 8192

/** What is done later; a stranger can make no more of it wait than there is room for. */
export function later(wheel: Wheel) {
  const waiting = new Set<Timer>()
  return {
    /** False where there is no room. */
    add(ms: number, then: () => void): boolean {
      if (waiting.size >= mostWaiting) return false
      const timer: Timer = {
        ...unset,
        ring() {
          waiting.delete(timer)
          then()
        },
      }
      waiting.add(timer)
      wheel.set(timer, ms)
      return true
    },
    clear(): void {
      for (const timer of waiting) wheel.clear(timer)
      waiting.clear()
    },
  }
}
