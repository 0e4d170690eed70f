import Table from 'cli-table3'
import { type Aim, type Finding, isMet, median } from './measure.ts'

/** A finding for people: what was measured by whom, the median of the rounds and between which values they lay. */
export function printed({ title, measures, aims, notes }: Finding): string {
  const subjects = [...new Set(measures.map(({ of }) => of))]
  const table = new Table({
    head: ['', 'unit', ...subjects],
    colAligns: ['left', 'left', ...subjects.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  })
  for (const what of new Set(measures.map(({ what }) => what))) {
    const same = measures.filter(each => each.what === what)
    const cells = subjects.map(subject => spread(same.find(({ of }) => of === subject)?.values ?? []))
    table.push([what, same[0]?.unit ?? '', ...cells])
  }
  return [title, table.toString(), ...aims.map(verdict), ...notes.map(note => `  ${note}`)].join('\n')
}

function verdict(aim: Aim): string {
  const { what, unit, values, below } = aim
  return `  ${isMet(aim) ? 'met   ' : 'MISSED'} ${what}: ${short(median(values))} ${unit}, aim below ${below} ${unit}`
}

function spread(values: readonly number[]): string {
  if (values.every(Number.isNaN)) return ''
  if (values.length === 1) return short(median(values))
  return `${short(median(values))} (${short(Math.min(...values))}..${short(Math.max(...values))})`
}

const short = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3))

/** The same for `docs/benchmarks.md`. */
export function written({ title, measures, aims, notes }: Finding): string {
  const subjects = [...new Set(measures.map(({ of }) => of))]
  const rows = [...new Set(measures.map(({ what }) => what))].map(what => {
    const same = measures.filter(each => each.what === what)
    const unit = same[0]?.unit === '' ? '' : `, ${same[0]?.unit}`
    return [`${what.trim()}${unit}`, ...subjects.map(who => spread(same.find(({ of }) => of === who)?.values ?? []))]
  })
  const lines = [['', ...subjects], ['---', ...subjects.map(() => '--:')], ...rows].map(
    cells => `| ${cells.join(' | ')} |`,
  )
  const items = [...aims.map(aim => verdict(aim).trim()), ...notes].map(each => `- ${each}`)
  return [`### ${title}`, '', ...lines, '', ...items].join('\n')
}
