import type { Snapshot } from './snapshot.ts'
import { cohortsTable } from './tables/cohorts.ts'
import { faultsTable } from './tables/faults.ts'
import { noiseTable } from './tables/noise.ts'
import { optionsTable } from './tables/options.ts'
import { probesTable } from './tables/probes.ts'
import { rejectedTable } from './tables/rejected.ts'
import type { Table } from './tables/table.ts'

export type { Cell, Column, Table, Tone } from './tables/table.ts'

/** All there is to read, the two main tables first: one projection for terminal, page and report. */
export function tables(snapshot: Snapshot, { faults = 20 }: { faults?: number } = {}): Table[] {
  return [
    cohortsTable(snapshot),
    probesTable(snapshot),
    faultsTable(snapshot, faults),
    optionsTable(snapshot),
    rejectedTable(snapshot),
    noiseTable(snapshot),
  ]
}
