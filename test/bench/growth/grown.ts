/** What a client holds after so many days. */
export interface Grown {
  readonly days: number
  readonly heapBytes: number
  readonly snapshotBytes: number
  readonly journalBytes: number
  /** Of the last day, for each observation. */
  readonly cpuUs: number
}
