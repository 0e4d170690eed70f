import type { Snapshot } from '../snapshot.ts'
import { left, plain, right, type Table } from './table.ts'
import { count, counted, span } from './words.ts'

/** What this process did to its own measurements. */
export function noiseTable({ disturbed, cohorts, probes, runs }: Snapshot): Table {
  const { stalls, longestStallMs, clockJumps } = disturbed
  const suspects = [...cohorts, ...probes].reduce((sum, each) => sum + each.suspects, 0)
  const fateless = cohorts.reduce((sum, each) => sum + each.fateless, 0)
  const quiet = stalls + clockJumps + suspects + fateless === 0 && runs <= 1
  const rows = [
    [plain('event loop stalls'), counted(stalls, 'warn')],
    [plain('longest stall'), plain(stalls === 0 ? '-' : span(longestStallMs))],
    [plain('clock jumps'), counted(clockJumps, 'warn')],
    [plain('suspect observations'), counted(suspects, 'warn')],
    [plain('runs of the process'), plain(count(runs))],
    [plain('connections lost with a run, fate unknown'), counted(fateless, 'warn')],
  ]
  return {
    title: 'Self-noise',
    columns: [left('What'), right('Count')],
    rows: quiet ? [] : rows,
    empty: 'no stall, no clock jump, nothing suspect, one run.',
  }
}
