import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type Answer, text } from '../http/answer.ts'

/** What the page loads: our own files as they are, and uPlot as its package has it. No build. */
const own = (name: string): string => fileURLToPath(new URL(`./page/${name}`, import.meta.url))
const uplot = (name: string): string => fileURLToPath(import.meta.resolve(`uplot/dist/${name}`))
const scripts = ['page.js', 'panes.js', 'plots.js', 'plot.js', 'rates.js', 'latency.js', 'survival.js']
const files: readonly (readonly [name: string, files: readonly string[]])[] = [
  // Nothing is painted before every style is there: one request less is some milliseconds.
  ['page.css', [uplot('uPlot.min.css'), own('page.css'), own('connection.css')]],
  ['uplot.js', [uplot('uPlot.iife.min.js')]],
  ...scripts.map(name => [name, [own(name)]] as const),
]

/** Each by its path, read and compressed once. */
export const pageFiles: Readonly<Record<string, Answer>> = Object.fromEntries(
  files.map(([name, parts]) => [`/${name}`, answerOf(name, parts)]),
)

function answerOf(name: string, parts: readonly string[]): Answer {
  const type = name.endsWith('.css') ? 'text/css' : 'text/javascript'
  const answer = text(parts.map(part => readFileSync(part, 'utf8')).join('\n'), `${type}; charset=utf-8`)
  return { ...answer, gzipped: gzipSync(answer.body, { level: 9 }) }
}
