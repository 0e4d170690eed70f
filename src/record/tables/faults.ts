import type { Fault, Snapshot } from '../snapshot.ts'
import { type Cell, flexible, left, nothing, plain, right, type Table, toned } from './table.ts'
import { count, moment, span } from './words.ts'

/** The newest things that went wrong, newest first, at most `most`. */
export function faultsTable({ faults }: Snapshot, most: number): Table {
  return {
    title: 'Last faults',
    columns: [
      ...['When (UTC)', 'Side', 'Kind'].map(left),
      flexible('Name'),
      ...['Fate', 'Phase'].map(left),
      flexible('Code'),
      ...['Idle', 'Exch.'].map(right),
      flexible('By'),
      left('Mark'),
    ],
    rows: faults.slice(0, most).map(row),
    empty: 'no fault so far.',
  }
}

function row({ at, side, kind, name, fate, phase, code, idleMs, exchanges, by, zombie, suspect }: Fault): Cell[] {
  return [
    plain(moment(at)),
    plain(side),
    plain(kind),
    plain(name),
    toned(fate, suspect ? 'warn' : 'bad'),
    plain(phase),
    code === '' ? nothing : plain(code),
    idleMs === undefined ? nothing : plain(span(idleMs)),
    exchanges === undefined ? nothing : plain(count(exchanges)),
    by === undefined ? nothing : plain(by),
    mark(zombie === true, suspect),
  ]
}

function mark(zombie: boolean, suspect: boolean): Cell {
  if (suspect) return toned('suspect', 'warn')
  return zombie ? toned('zombie', 'bad') : nothing
}
