import { Command, Option } from 'commander'
import { nearest } from '../config/nearest.ts'
import { entries, type Entry, entryOf } from '../handbook/entries.ts'
import { blocksOf } from '../handbook/markdown.ts'
import { pageOf } from '../handbook/page.ts'
import { Problem } from '../outcome/problem.ts'
import { flexible, left, plain, type Table } from '../record/tables/table.ts'
import { textOf } from '../record/tables/text.ts'
import { paintFor, styleFor } from './paint.ts'
import { print } from './print.ts'
import { prose } from './prose.ts'

/** `longhold explain [VERDICT]`: what a verdict means: symptom, mechanism, evidence, remedy, and what else looks like it. */
export function explain(): Command {
  return new Command('explain')
    .description('what a verdict means, what proves it, and what to do about it')
    .argument('[verdict]', 'its name, its id as it is logged, or its name and form; without it, all of them')
    .addOption(new Option('--list', 'all verdicts'))
    .addOption(new Option('--json', 'for programs: with a name its page, in Markdown'))
    .addHelpText('after', examples)
    .action(answer)
}

interface Options {
  readonly list?: true
  readonly json?: true
}

function answer(name: string | undefined, { list, json }: Options): void {
  if (list || name === undefined) return print(json ? jsonText(entries) : listText())
  const entry = entryOf(name) ?? unknown(name)
  const page = pageOf(entry)
  if (json) return print(jsonText({ ...entry, page }))
  if (page === undefined) throw new Problem(`there is no page about ${entry.name} (${entry.title}).`)
  print(prose(blocksOf(page), Math.min(widest, widthOf(process.stdout)), styleFor(process.stdout)))
}

const listText = (): string =>
  `${textOf(table, { width: widthOf(process.stdout), paint: paintFor(process.stdout), gap: 2 })}\nlonghold explain NAME: what it means, what proves it, and what to do.\n`

function unknown(name: string): never {
  const names = entries.map(entry => entry.name)
  const meant = nearest(name, names) ?? names.find(each => name.length >= 3 && each.includes(name))
  const help = meant === undefined ? 'longhold explain names all' : `did you mean ${meant}?`
  throw new Problem(`there is no verdict ${JSON.stringify(name)}: ${help}`, 2)
}

/** Longer lines are hard to read. */
const widest = 100
/** Of a pipe. */
const usualWidth = 80

const widthOf = (stdout: NodeJS.WriteStream): number =>
  stdout.isTTY && stdout.columns > 0 ? stdout.columns : usualWidth

const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

const table: Table = {
  title: 'Verdicts',
  columns: [left('Verdict'), left('Family'), flexible('What')],
  rows: entries.map(({ name, family, title, what }: Entry) => [
    plain(name),
    what === 'family' ? { text: '(a family)', tone: 'dim' } : plain(family),
    plain(title),
  ]),
  empty: 'none.',
}

const examples = `
A verdict is named after its mechanism, or after its family where the evidence does not tell the mechanisms of a family apart.

Examples:
  longhold explain                      all verdicts
  longhold explain forgotten-flow       one of them
  longhold explain unexplained-3        as it stands in a log
  longhold explain 'snat-missing (egress)'  as it stands in a table
  longhold explain --list --json | jq -r '.[].name'`
