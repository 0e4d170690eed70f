import type { Snapshot } from './snapshot.ts'
import { cohortsTable } from './tables/cohorts.ts'
import { faultsTable } from './tables/faults.ts'
import { noiseTable } from './tables/noise.ts'
import { optionsTable } from './tables/options.ts'
import { probesTable } from './tables/probes.ts'
import { rejectedTable } from './tables/rejected.ts'
import type { Table } from './tables/table.ts'
import { survivalTable } from './tables/survival.ts'
import { verdictsTable } from './tables/verdicts.ts'

export type { Cell, Column, Table, Tone } from './tables/table.ts'

/** All there is to read, what it means first: one projection for page and report. */
export function tables(snapshot: Snapshot, { faults = 20, verdicts = 20 } = {}): Table[] {
  return [
    verdictsTable(snapshot, verdicts),
    cohortsTable(snapshot),
    survivalTable(snapshot),
    probesTable(snapshot),
    faultsTable(snapshot, faults),
    optionsTable(snapshot),
    rejectedTable(snapshot),
    noiseTable(snapshot),
  ]
}
