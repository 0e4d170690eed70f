import { Command, Option } from 'commander'
import { compare as comparePools, type Comparison } from '../compare/compare.ts'
import { comparisonJson } from '../compare/json.ts'
import { notesOf } from '../compare/notes.ts'
import { parsePool } from '../compare/pool.ts'
import { Problem } from '../outcome/problem.ts'
import { readPools } from './compare-pools.ts'
import { compareText } from './compare-text.ts'
import { paintFor } from './paint.ts'
import { print } from './print.ts'

/** `longhold compare A B`: is B worse than A, and by how much: two journals, two times, or two pools of one journal. */
export function compare(): Command {
  return new Command('compare')
    .description('is B worse than A: two journals, two times of one, or two pools side by side')
    .argument('<a>', 'the baseline, as DIR[@FROM/TO][:FIELD=PATTERN,...]')
    .argument('<b>', 'what is compared with it, likewise')
    .addOption(numeric('--alpha <share>', 'how often pools that are alike may be called different', 0.05, [0, 0.5]))
    .addOption(numeric('--power <share>', 'how likely a difference worth finding has to be found', 0.8, [0.5, 1]))
    .addOption(numeric('--ratio <times>', 'what is worth finding: so many times the rate of A', 2, [1, 1000]))
    .addOption(
      numeric('--negligible <rate>', 'faults per 1000 connection-hours B may have anyway', undefined, [0, 1e9]),
    )
    .addOption(new Option('--strict', 'exit code 4 where there was too little exposure to tell'))
    .addOption(new Option('--json', 'every number, for programs'))
    .addHelpText('after', help)
    .action(answer)
}

interface Options {
  readonly alpha: number
  readonly power: number
  readonly ratio: number
  readonly negligible?: number
  readonly strict?: true
  readonly json?: true
}

async function answer(a: string, b: string, options: Options): Promise<void> {
  const { alpha, power, ratio, negligible } = options
  const read = await readPools(parsePool('A', a), parsePool('B', b)).catch((error: unknown) => {
    throw error instanceof Problem ? new Problem(error.message, 2) : error // the directory was written by somebody
  })
  const demands = { alpha, power, ratio, ...(negligible !== undefined && { negligible: negligible / 1000 }) }
  const comparison = comparePools(read.a, read.b, demands)
  const notes = [...notesOf(comparison), ...read.notes]
  const exitCode = exitCodeOf(comparison, options.strict === true)
  const { stdout } = process
  const look = stdout.isTTY ? { width: stdout.columns || 80, paint: paintFor(stdout) } : {}
  print(
    options.json
      ? `${JSON.stringify(comparisonJson(comparison, notes, exitCode), null, 2)}\n`
      : compareText(comparison, notes, look),
  )
  process.exitCode = exitCode
}

/** A pool that held nothing is never let through: nothing was tried. */
function exitCodeOf({ decision, total }: Comparison, strict: boolean): number {
  if (decision.result === 'worse') return 3
  if (decision.result !== 'too little exposure') return 0
  return strict || total.a.faults.exposure === 0 || total.b.faults.exposure === 0 ? 4 : 0
}

/** An option that is a number between two others, neither of them included. */
function numeric(
  flags: string,
  what: string,
  usual: number | undefined,
  [low, high]: readonly [number, number],
): Option {
  const option = new Option(flags, what).argParser((text: string) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (value > low && value < high) return value
    const name = flags.split(' ')[0]
    throw new Problem(`${name}: expected a number above ${low} and below ${high}, found ${JSON.stringify(text)}`, 2)
  })
  return usual === undefined ? option : option.default(usual)
}

const help = `
A pool is a journal, or a part of it:
  DIR                       the directory that was given as --journal; ./journal where it is left out
  DIR@FROM/TO               what happened from FROM up to TO; either may be left out. A time is 2026-11-20, 2026-11-20T10:00
                            (UTC, or with Z or +01:00 behind it), epoch ms, or -2h: two hours before the journal ends
  DIR:FIELD=PATTERN,...     cohorts by cohort, kind, path (service, pod) or side (client, server); * stands for anything,
                            != leaves out. Clients are asked first: they see every death.
Cohorts of the same kind, path and name are compared with each other, where a pattern chose them by what its * stands for:
canary-slow with baseline-slow for canary-* and baseline-*. Where no two are alike the pools are compared as wholes.

It decides by the faults of held connections: unplanned ends per 1000 hours of silence, in an exact test within cohorts. A cohort of B that never
came up is worse, too. Latencies, survival curves and single failed connects are shown, and decide nothing. B is worse, better, no different
as far as so much exposure could show, or there was too little exposure: then it says how much more it takes to find --ratio times the rate.

Exit codes:
  0  B is not worse, as far as could be told
  1  it could not be done: no room for the answer, or a bug
  2  a mistake in what was written: no journal there, no such cohort, nothing in that time, pools that overlap
  3  B is worse
  4  a pool held no connection; with --strict also where there was too little exposure to tell

Examples:
  longhold compare ./before ./after
  longhold compare ./journal@2026-11-20T10:00/12:00 ./journal@2026-11-21T10:00/12:00
  longhold compare @-2h/-1h @-1h/                     the last hour with the one before
  longhold compare ./journal:cohort=baseline* ./journal:cohort=canary* --strict --negligible 5
  longhold compare ./journal:path=pod ./journal:path=service
  longhold compare ./before ./after --json | jq '{result, sentence, needed}'`
