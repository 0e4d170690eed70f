import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { metricsTable } from '../src/web/metrics.ts'

test('the table of metrics in the README is the one in the code (`npm run -s metrics:table` prints it)', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [, section = ''] = readme.split(/^## Metrics$/m)
  const [, table = ''] = /<!-- metrics -->\n([\s\S]*?)\n<!-- \/metrics -->/.exec(section) ?? []
  expect(rows(table)).toEqual(rows(metricsTable()))
})

/** Name, type, labels and meaning of each row, however the columns are padded. */
function rows(table: string): string[][] {
  const cells = table.split('\n').map(row => row.split('|').map(cell => cell.trim()))
  return cells.filter(row => !row.every(cell => /^-*$/.test(cell)))
}
