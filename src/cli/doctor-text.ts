import { levels } from '../doctor/check.ts'
import type { Result } from '../doctor/examine.ts'
import { findingsTable } from '../record/tables/findings.ts'
import { type Paint, printable, textOf } from '../record/tables/text.ts'

/** What a doctor found, for people: a line for each check, the worst first; then what to do; then the count. */
export function doctorText(
  results: readonly Result[],
  look: { readonly width?: number; readonly paint?: Paint } = {},
): string {
  const table = textOf(findingsTable(results, 'Doctor'), look)
  const fixes = results.filter(({ fix }) => fix.length > 0).map(fixText)
  return [table, ...fixes, `${sumOf(results)}\n`].join('\n')
}

const fixText = ({ check, level, fix }: Result): string =>
  `${check} (${level}): what to do\n${fix.map(line => `  ${printable(line)}\n`).join('')}`

const sumOf = (results: readonly Result[]): string =>
  levels
    .map(level => `${results.filter(each => each.level === level).length} ${level}`)
    .filter(words => !words.startsWith('0 '))
    .join(', ')
