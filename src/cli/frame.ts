import type { Snapshot } from '../record/snapshot.ts'
import { cohortsTable } from '../record/tables/cohorts.ts'
import { faultsTable } from '../record/tables/faults.ts'
import { probesTable } from '../record/tables/probes.ts'
import { noiseTable } from '../record/tables/noise.ts'
import { rejectedTable } from '../record/tables/rejected.ts'
import type { Table } from '../record/tables/table.ts'
import { openVerdictsTable } from '../record/tables/verdicts.ts'
import { type Paint, textOf } from '../record/tables/text.ts'
import { cut } from './cut.ts'

/** What one redraw shows, and the room there is. */
export interface Sight {
  readonly header: readonly string[]
  readonly snapshot: Snapshot
  readonly columns: number
  readonly rows: number
}

/** Open verdicts shown above the tables, and faults below them. */
const mostVerdicts = 4
const mostFaults = 5
/** Table lines worth having beside the faults; in a lower window the faults give way. */
const fewest = 6

/** Lays everything out in lines that fit the window: what is too wide is cut, and so is what is too tall, with a note. */
export function frame({ header, snapshot, columns, rows }: Sight, paint: Paint): string {
  const lines = (table: Table) => [
    '',
    ...textOf(narrowed(table, columns), { width: columns, paint }).trimEnd().split('\n'),
  ]
  const some = [cohortsTable, probesTable, rejectedTable, noiseTable].map(make => make(snapshot))
  const verdicts = openVerdictsTable(snapshot, mostVerdicts)
  const middle = [verdicts, ...some].filter(({ rows }) => rows.length > 0).flatMap(lines)
  const bottom = lines(faultsTable(snapshot, mostFaults))
  const room = Math.max(1, rows - 1) // the last line is the cursor's
  const kept = header.length + fewest + bottom.length <= room ? bottom : []
  return [...header, ...shortened(middle, room - header.length - kept.length, paint), ...kept]
    .slice(0, room)
    .map(line => cut(line, columns))
    .join('\n')
}

function shortened(lines: readonly string[], room: number, paint: Paint): readonly string[] {
  if (lines.length <= room) return lines
  const shown = Math.max(0, room - 1)
  return [...lines.slice(0, shown), paint(`(${lines.length - shown} more lines: make the window taller)`, 'dim')]
}

/** Columns that give way where a table is too wide, the first to go first. What is left is cut. */
export const givesWay = [
  'Stamp',
  'Dying',
  'Phase',
  'Mark',
  'Planned',
  'Max',
  'p50',
  'Path',
  'Kind',
  'p99',
  'Zombie',
  'Strays',
  'By',
]

function narrowed(table: Table, width: number): Table {
  const over = givesWay.find(name => table.columns.some(column => column.name === name))
  if (over === undefined || leastWidth(table) <= width) return table
  const kept = table.columns.map(({ name }) => name !== over)
  const only = <T>(of: readonly T[]) => of.filter((_, column) => kept[column])
  return narrowed({ ...table, columns: only(table.columns), rows: table.rows.map(only) }, width)
}

/** Every column as wide as its widest cell, and one space between. */
function leastWidth({ columns, rows }: Table): number {
  return columns.reduce(
    (sum, { name }, column) => sum + 1 + Math.max(name.length, ...rows.map(row => row[column]?.text.length ?? 0)),
    -1,
  )
}
