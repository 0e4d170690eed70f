import { availableParallelism } from 'node:os'
import { Command, Option } from 'commander'
import { wholeNumber } from '../../../src/cli/typed.ts'
import { conduct, type Job } from '../conduct.ts'
import { refuseWithout } from '../needs.ts'
import { progress } from '../progress.ts'
import { findScenario, scenarios } from '../scenarios/index.ts'
import { type Mode, modes } from '../seen/incident.ts'
import { untilStopped } from '../stopping.ts'

interface Options {
  readonly json?: true
  readonly tested?: true
  readonly unstaged?: true
  readonly diagnose?: true
  readonly keep?: true
  readonly mode?: Mode
  readonly parallel: number
  readonly repeat: number
  readonly results: string
}

/** `lab all`: every scenario in every mode it happens in. */
export function all(): Command {
  return new Command('all')
    .description('stage every failure, several at once, and say which proofs held')
    .argument('[names...]', 'only these scenarios')
    .addOption(new Option('--mode <mode>', 'only this mode').choices(modes))
    .option('--tested', 'only what the test command runs')
    .option('--json', 'events as JSON lines, for programs')
    .option('--unstaged', 'do everything but what breaks: a run then passes when a proof fails')
    .option('--diagnose', 'let longhold judge what it sees, with an agent on the node')
    .option('--keep', 'capture all packets')
    .option('--parallel <n>', 'runs at once', wholeNumber('--parallel', 1), 2 * availableParallelism())
    .option('--repeat <n>', 'each so many times', wholeNumber('--repeat', 1), 1)
    .option('--results <dir>', 'where the incidents go', 'lab-results')
    .action(go)
}

async function go(names: readonly string[], options: Options): Promise<void> {
  const jobs = jobsOf(names, options)
  await refuseWithout([...new Set(jobs.map(({ mode }) => mode))])
  const shown = progress(jobs, { json: options.json === true, unstaged: options.unstaged === true })
  using stopping = untilStopped()
  await conduct(jobs, {
    parallel: options.parallel,
    results: options.results,
    diagnosed: options.diagnose === true,
    unstaged: options.unstaged === true,
    capture: options.keep === true,
    onEvent: shown.onEvent,
    signal: stopping.signal,
  })
  const good = shown.end()
  process.exitCode = stopping.exitCode ?? (good ? 0 : 1)
}

/** Scenarios in which nothing is staged have nothing to leave out. */
function jobsOf(names: readonly string[], { mode: wanted, tested, unstaged, repeat }: Options): Job[] {
  const chosen = names.length > 0 ? names.map(findScenario) : scenarios
  const once = chosen
    .filter(each => !tested || each.tested !== false)
    .filter(each => !unstaged || each.name !== 'healthy')
    .flatMap(({ name, modes }) =>
      modes.filter(mode => wanted === undefined || mode === wanted).map(mode => ({ scenario: name, mode })),
    )
  return Array.from({ length: repeat }, () => once).flat()
}
