import type { Block, Run } from '../handbook/markdown.ts'
import { flexible, plain } from '../record/tables/table.ts'
import { textOf } from '../record/tables/text.ts'

/** How marked words look; without one they are as plain as the rest. */
export type Style = (text: string, what: 'heading' | 'code' | 'strong') => string

/** A page for a terminal: headings at the edge, everything below them indented, nothing wider than `width` but code. */
export function prose(blocks: readonly Block[], width: number, style: Style): string {
  const lines = blocks.flatMap(block => ['', ...linesOf(block, width - indent.length, style)])
  return `${lines.slice(1).join('\n')}\n`
}

const indent = '  '

function linesOf(block: Block, room: number, style: Style): string[] {
  if (block.type === 'heading') return heading(block, room + indent.length, style)
  return body(block, room, style).map(line => (line === '' ? '' : `${indent}${line}`))
}

function heading({ level, runs }: Block & { type: 'heading' }, width: number, style: Style): string[] {
  const lines = wrapped(runs, width, text => text)
  const under = '='.repeat(Math.max(...lines.map(line => line.length)))
  return [...lines, ...(level === 1 ? [under] : [])].map(line => style(line, 'heading'))
}

type Writers = {
  readonly [Type in Block['type']]: (block: Extract<Block, { type: Type }>, room: number, style: Style) => string[]
}

/** Blocks without the indentation of their place. */
const writers: Writers = {
  heading: ({ runs }, room, style) => wrapped(runs, room, style),
  paragraph: ({ runs }, room, style) => wrapped(runs, room, style),
  code: ({ text }, _, style) => text.split('\n').map(line => `  ${style(line, 'code')}`.trimEnd()),
  list: ({ items, ordered }, room, style) =>
    items.flatMap((item, at) => listItem(item, ordered ? `${at + 1}. ` : '- ', room, style)),
  table: ({ head, rows }, room) => table(head, rows, room),
  quote: ({ blocks }, room, style) => blocks.flatMap(each => body(each, room - 2, style)).map(line => `| ${line}`),
  line: (_, room) => ['-'.repeat(room)],
}

const body = (block: Block, room: number, style: Style): string[] => writers[block.type](block as never, room, style) // each writer is given its own type

function listItem(blocks: readonly Block[], mark: string, room: number, style: Style): string[] {
  const lines = blocks.flatMap(block => body(block, room - mark.length, style))
  return lines.map((line, at) => `${at === 0 ? mark : ' '.repeat(mark.length)}${line}`.trimEnd())
}

/** As the tables of a report are drawn: its first line is a title, which this one has not. */
function table(head: Words, rows: readonly Words[], room: number): string[] {
  const columns = head.map(runs => flexible(plainOf(runs)))
  const cells = rows.map(row => row.map(runs => plain(plainOf(runs))))
  return textOf({ title: '', columns, rows: cells, empty: '' }, { width: room, gap: 2 }).trimEnd().split('\n').slice(1)
}
type Words = readonly (readonly Run[])[]

const plainOf = (runs: readonly Run[]): string => runs.map(written).join('')

/** Code keeps its marks: they are all that is left of it where there are no colours. */
const written = ({ text, style, href }: Run): string => {
  const marked = style === 'code' ? `\`${text}\`` : text
  return href !== undefined && /^https?:/.test(href) && href !== text ? `${marked} (${href})` : marked
}

/** Broken between words; what is marked is marked on every line it is on. */
function wrapped(runs: readonly Run[], room: number, style: Style): string[] {
  const text = plainOf(runs)
  const lines: string[] = []
  for (let from = 0; from < text.length; ) {
    const to = breakAt(text, from, room)
    lines.push(styled(runs, from, to, style))
    from = to + (/^ +/.exec(text.slice(to))?.[0].length ?? 0)
  }
  return lines
}

/** Where the line that begins at `from` ends: at the last space that leaves it short enough, or else at the first there is. */
function breakAt(text: string, from: number, room: number): number {
  if (text.length - from <= room) return text.length
  const last = text.lastIndexOf(' ', from + room)
  if (last > from) return last
  const next = text.indexOf(' ', from)
  return next < 0 ? text.length : next
}

/** The part of the runs between two places of their text. */
function styled(runs: readonly Run[], from: number, to: number, style: Style): string {
  let at = 0
  return runs
    .map(run => {
      const text = written(run)
      const part = text.slice(Math.max(0, from - at), Math.max(0, to - at))
      at += text.length
      if (part === '' || run.style === 'plain' || run.style === 'em') return part
      return style(part, run.style)
    })
    .join('')
}
