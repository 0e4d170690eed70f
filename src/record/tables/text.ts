import CliTable from 'cli-table3'
import type { Cell, Table, Tone } from './table.ts'

/** How a tone looks; without one everything is plain. */
export type Paint = (text: string, tone: Tone) => string

/** A table as lines of text, at most `width` wide as long as its flexible columns can give way; `gap` between two of them. */
export function textOf(
  table: Table,
  { width = 120, paint = text => text, gap = 1 }: { width?: number; paint?: Paint; gap?: number } = {},
): string {
  const { title, columns, rows, empty } = table
  if (rows.length === 0) return `${title}: ${paint(empty, 'dim')}\n`
  const room = widths(table, width, gap)
  const drawn = new CliTable({
    head: columns.map(({ name }) => name),
    colWidths: [...room],
    colAligns: columns.map(({ align }) => align),
    chars: { ...bare, middle: ' '.repeat(gap) },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  for (const row of rows) drawn.push(row.map((cell, i) => drawnCell(cell, room[i] ?? 1, paint)))
  const lines = drawn.toString().split('\n')
  return `${title}\n${lines.map(line => line.trimEnd()).join('\n')}\n`
}

/** As wide as the widest cell; flexible ones share what is missing, down to eight characters. */
function widths({ columns, rows }: Table, width: number, gap: number): number[] {
  const wanted = columns.map(({ name }, i) => Math.max(name.length, ...rows.map(row => row[i]?.text.length ?? 0), 1))
  const total = () => wanted.reduce((sum, each) => sum + each + gap, -gap)
  while (total() > width) {
    const widest = Math.max(...columns.map((column, i) => (column.flexible ? (wanted[i] ?? 0) : 0)))
    if (widest <= narrowest) break
    wanted[columns.findIndex((column, i) => column.flexible && wanted[i] === widest)] = widest - 1
  }
  return wanted
}

const narrowest = 8

function drawnCell({ text, tone }: Cell, room: number, paint: Paint): string {
  const lines = wrapped(printable(text), room)
  return lines.map(line => (tone ? paint(line, tone) : line)).join('\n')
}

/** Broken between words, and within one that has no room on a line of its own. */
function wrapped(text: string, room: number): string[] {
  const pieces = text.split(' ').flatMap(word => word.match(new RegExp(`.{1,${room}}`, 'gu')) ?? [''])
  const lines: string[] = []
  for (const piece of pieces) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + piece.length <= room) lines[lines.length - 1] = `${last} ${piece}`
    else lines.push(piece)
  }
  return lines
}

/** Names come from the network: nothing in them may steer a terminal. Of one line. */
export const printable = (text: string): string => text.replace(/\p{C}/gu, '?')

const corners = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
] as const
const sides = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'] as const
const bare = Object.fromEntries([...corners, ...sides].map(name => [name, '']))
