import type { Verdict } from '../../src/outcome/verdict.ts'
import type { Timeline } from './timeline.ts'

/** What was judged in the course of a story. */
export interface Diary {
  write(verdict: Verdict): void
  /** Each verdict as it was last told, in the order in which they opened. */
  readonly verdicts: readonly Verdict[]
  /** How often verdicts were told of: opened, changed, closed. */
  readonly entries: readonly { readonly hour: number; readonly verdict: Verdict }[]
}

export function diary(time: Timeline): Diary {
  const known = new Map<string, Verdict>()
  const entries: { hour: number; verdict: Verdict }[] = []
  return {
    write(verdict) {
      known.set(verdict.id, verdict)
      entries.push({ hour: time.now() / 3_600_000, verdict })
    },
    get verdicts() {
      return [...known.values()]
    },
    entries,
  }
}

/** Not plans, and not what another verdict has taken over. */
export const faults = ({ verdicts }: Diary): readonly Verdict[] =>
  verdicts.filter(({ planned, supersededBy }) => !planned && supersededBy === undefined)

/** Everything that was ever told as a fault, be it for a moment. */
export const alarms = ({ verdicts }: Diary): readonly Verdict[] => verdicts.filter(({ planned }) => !planned)

/** `ipvs-expiry/client-first proven 100`, for comparison and for people. */
export const wordsOf = ({ name, variant, confidence, planned, state }: Verdict): string =>
  `${name}${variant === undefined ? '' : `/${variant}`} ${planned ? 'planned' : confidence.level} ${state}`
