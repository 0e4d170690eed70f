import { readFileSync, writeFileSync } from 'node:fs'
import { describeMachine, type Machine } from './machine.ts'
import type { Finding } from './measure.ts'
import { written } from './table.ts'

/** Puts what a benchmark found between its marks in a document. Error where the document has no such marks. */
export function writeInto(file: string, name: string, here: Machine, findings: readonly Finding[]): void {
  const text = readFileSync(file, 'utf8')
  const marked = new RegExp(`(<!-- bench: ${name} -->\n)[^]*?(<!-- /bench -->)`)
  if (!marked.test(text)) throw new Error(`${file} has no place for it: <!-- bench: ${name} --> and <!-- /bench -->`)
  const date = new Date().toISOString().slice(0, 10)
  const body = [`${date}, ${describeMachine(here)}`, ...findings.map(written)].join('\n\n')
  writeFileSync(
    file,
    text.replace(marked, (_, from: string, to: string) => `${from}\n${body}\n\n${to}`),
  )
}
