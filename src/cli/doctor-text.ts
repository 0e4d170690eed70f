import { type Level, levels } from '../doctor/check.ts'
import type { Result } from '../doctor/examine.ts'
import { flexible, left, plain, type Tone, toned } from '../record/tables/table.ts'
import { type Paint, printable, textOf } from '../record/tables/text.ts'

/** What a doctor found, for people: a line for each check, the worst first; then what to do; then the count. */
export function doctorText(
  results: readonly Result[],
  look: { readonly width?: number; readonly paint?: Paint } = {},
): string {
  const columns = [left('Check'), left('Level'), flexible('What')]
  const rows = results.map(({ check, level, says }) => [plain(check), toned(level, tones[level]), plain(says)])
  const table = textOf({ title: 'Doctor', columns, rows, empty: 'nothing was checked.' }, look)
  const fixes = results.filter(({ fix }) => fix.length > 0).map(fixText)
  return [table, ...fixes, `${sumOf(results)}\n`].join('\n')
}

const tones: Readonly<Record<Level, Tone>> = { wrong: 'bad', 'will bite': 'warn', unknown: 'dim', ok: 'good' }

const fixText = ({ check, level, fix }: Result): string =>
  `${check} (${level}): what to do\n${fix.map(line => `  ${printable(line)}\n`).join('')}`

const sumOf = (results: readonly Result[]): string =>
  levels
    .map(level => `${results.filter(each => each.level === level).length} ${level}`)
    .filter(words => !words.startsWith('0 '))
    .join(', ')
