import type { Verdict } from '../../../src/outcome/verdict.ts'

/** A verdict as the client told it. */
export type Told = Pick<
  Verdict,
  'id' | 'name' | 'planned' | 'state' | 'says' | 'series' | 'since' | 'confidence' | 'evidence'
>

/** What the client of a soak says of itself, after a garbage collection. */
export interface Report {
  readonly opened: number
  readonly ended: number
  readonly asked: number
  readonly observations: number
  readonly open: number
  readonly flaws: readonly string[]
  /** Since the report before. */
  readonly verdicts: readonly Told[]
  readonly heapBytes: number
  readonly residentBytes: number
  readonly files: number
  readonly timers: number
  readonly journalStopped: boolean
}
