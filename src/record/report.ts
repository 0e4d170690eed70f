import type { Read } from './journal/read.ts'
import type { Run } from './journal/replay.ts'
import { snapshotJson } from './json.ts'
import { left, plain, type Table } from './tables/table.ts'
import { type Paint, textOf } from './tables/text.ts'
import { moment, span } from './tables/words.ts'
import { tables } from './tables.ts'
import { mostVerdicts } from './verdicts.ts'

/** A journal for people: its runs, every table, and what was met while reading it. */
export function reportText(read: Read, look: { width?: number; paint?: Paint } = {}): string {
  const parts = [runsTable(read.runs), ...tables(read.snapshot, { faults: 50, verdicts: mostVerdicts })].map(table =>
    textOf(table, look),
  )
  const notes = read.notes.length > 0 ? [`Notes\n${read.notes.map(note => `- ${note}\n`).join('')}`] : []
  return [...parts, ...notes].join('\n')
}

function runsTable(runs: readonly Run[]): Table {
  return {
    title: 'Runs',
    columns: ['Began (UTC)', 'Last sign (UTC)', 'Lasted', 'Side', 'Pod', 'Version'].map(left),
    rows: runs.map(({ at, until, side, identity, version }) =>
      [moment(at), moment(until), span(until - at), side, identity.pod, version].map(plain),
    ),
    empty: 'no run is on record.',
  }
}

/** A journal for programs: every number there is, units in the names, times in epoch ms. */
export function reportJson({ snapshot, runs, notes, damaged }: Read) {
  return {
    format: 1,
    ...snapshotJson(snapshot),
    runs: runs.map(({ at, until, ...rest }) => ({ beganAtMs: at, lastSignAtMs: until, ...rest })),
    damagedLines: damaged,
    notes,
  }
}
