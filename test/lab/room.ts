import { readFileSync } from 'node:fs'

/** Of the last ten seconds, in percent, that somebody waited for a core. */
const mostWaiting = 75

/**
 * Whether the machine has room for one more run. Where everybody waits, a run's own processes stand still for seconds, and
 * lose what nobody else loses (proc/pressure/cpu, Documentation/accounting/psi.rst). A kernel that does not tell has room.
 */
export function hasRoom(): boolean {
  try {
    const waiting = /^some avg10=([\d.]+)/.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1]
    return waiting === undefined || Number(waiting) <= mostWaiting
  } catch {
    return true
  }
}
