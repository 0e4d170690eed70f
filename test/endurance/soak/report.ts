/** A verdict as the client told it, at its `performance.now()`. */
export interface Told {
  readonly id: string
  readonly name: string
  readonly planned: boolean
  readonly state: 'open' | 'closed'
  readonly says: string
  readonly steady: number
}

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
