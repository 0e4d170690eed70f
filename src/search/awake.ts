import { readFileSync } from 'node:fs'
import type { Clock } from '../clock.ts'

/** Ms since the machine booted, its sleep included (/proc/uptime is CLOCK_BOOTTIME). Where it cannot be read, the steady clock. */
export function awake(clock: Clock, file = '/proc/uptime'): () => number {
  const read = (): number => {
    try {
      return Number(readFileSync(file, 'utf8').split(' ')[0]) * 1000
    } catch {
      return Number.NaN
    }
  }
  return Number.isFinite(read()) ? read : () => clock.steady()
}
