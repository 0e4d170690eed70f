import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { coverage } from './coverage.ts'
import type { Bag } from './hunt.ts'
import type { Target } from './targets.ts'

// `npm run fuzz -- [TARGET...] --seconds 60 --seed 7`: progress goes to stderr, the table to stdout; exit code 1 when something was found.

const ran = await coverage() // before what it counts is loaded
const { hunt } = await import('./hunt.ts')
const { growthsOf } = await import('./check.ts')
const { targets } = await import('./targets.ts')

interface Options {
  readonly seconds: string
  readonly cases?: string
  readonly seed: string
  readonly dry?: true
}

/** So many sections of the corpus of each target are repeated where there is no time for more. */
const growthRounds = 6

await new Command('fuzz')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .description('feeds parsers of foreign bytes what nobody would send')
  .argument('[target...]', 'all of them unless named')
  .option('--seconds <n>', 'for each target', '60')
  .option('--cases <n>', 'for each target (fewer for the slow ones), in place of seconds')
  .option('--seed <n>', 'the same seed and number of cases, the same cases', String(Date.now() % 1_000_000))
  .option('--dry', 'write nothing into the corpus')
  .action(fuzz)
  .parseAsync()

async function fuzz(names: readonly string[], { seconds, cases, seed, dry }: Options): Promise<void> {
  const unknown = names.filter(name => !targets.some(target => target.name === name))
  if (unknown.length > 0) throw new Error(`no such target: ${unknown.join(', ')}`)
  const wanted = targets.filter(({ name }) => names.length === 0 || names.includes(name))
  process.stderr.write(`seed ${seed}\n`)
  process.stdout.write(`${'target'.padEnd(20)}   cases       /s  blocks  growths  kept  found\n`)
  for (const target of wanted) {
    const began = performance.now()
    const most = cases === undefined ? Infinity : Math.ceil(Number(cases) * (target.share ?? 1))
    const corpus = corpusOf(target)
    const limit = cases === undefined ? began + Number(seconds) * 1000 : Infinity
    const over = (done: number) => done >= most + corpus.length || performance.now() > limit
    const bag = await hunt({ target, corpus, seed: Number(seed), over, ran: cases === undefined ? ran : undefined })
    print(target, bag, (performance.now() - began) / 1000)
    for (const { bytes, flaw } of bag.found) {
      process.stderr.write(`${target.name}: ${flaw}\n  input, base64: ${bytes.toString('base64').slice(0, 4000)}\n`)
      process.exitCode = 1
      if (!dry) keep('found', `${target.name}-${digestOf(bytes)}.bin`, bytes)
    }
    if (!dry) for (const bytes of bag.kept) keep(target.name, `reached-${digestOf(bytes)}.bin`, bytes)
  }
  if (cases === undefined) return
  for (let round = 0; round < growthRounds; round++) {
    const flaws = await growthsOf(
      wanted.map(target => repeated(target, round)),
      ran,
    )
    for (const flaw of flaws) process.stderr.write(`${flaw}, round ${round}\n`)
    if (flaws.length > 0) process.exitCode = 1
  }
}

function repeated(target: Target, round: number) {
  const corpus = corpusOf(target)
  const bytes = corpus[round % corpus.length] ?? Buffer.alloc(1)
  const from = Math.floor((bytes.length * round) / growthRounds)
  return { target, bytes, section: [from, from + Math.ceil(bytes.length / (1 + round * 4))] as const }
}

function print({ name }: Target, { cases, growths, kept, blocks, found }: Bag, seconds: number): void {
  const columns = [cases, Math.round(cases / seconds), blocks, growths, kept.length, found.length]
  const widths = [8, 9, 8, 9, 6, 7]
  const row = columns.map((value, at) => String(value).padStart(widths[at] ?? 8)).join('')
  process.stdout.write(`${name.padEnd(20)}${row}\n`)
}

/** The folder of a target, and what was ever found of it: by name, so that the same seed draws the same. */
function corpusOf({ name }: Target): Buffer[] {
  return [...inFolder(name, () => true), ...inFolder('found', file => file.replace(/-[0-9a-f]{8}\.bin$/, '') === name)]
}

function inFolder(folder: string, wanted: (file: string) => boolean): Buffer[] {
  const files = existsSync(place(folder)) ? readdirSync(place(folder)) : []
  return files
    .filter(wanted)
    .toSorted()
    .map(file => readFileSync(place(`${folder}/${file}`)))
}

function keep(folder: string, file: string, bytes: Buffer): void {
  mkdirSync(place(folder), { recursive: true })
  writeFileSync(place(`${folder}/${file}`), bytes)
}

function place(path: string): string {
  return fileURLToPath(new URL(`corpus/${path}`, import.meta.url))
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8)
}
