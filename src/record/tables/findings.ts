import type { Level } from '../../doctor/check.ts'
import type { Result } from '../../doctor/examine.ts'
import { flexible, left, plain, type Table, type Tone, toned } from './table.ts'

/** What a doctor found, a line for each check, the worst first. */
export function findingsTable(results: readonly Result[], title: string): Table {
  return {
    title,
    columns: [left('Check'), left('Level'), flexible('What')],
    rows: results.map(({ check, level, says }) => [plain(check), toned(level, levelTones[level]), plain(says)]),
    empty: 'nothing was checked.',
  }
}

export const levelTones: Readonly<Record<Level, Tone>> = {
  wrong: 'bad',
  'will bite': 'warn',
  unknown: 'dim',
  ok: 'good',
}
