import { Command, Option } from 'commander'
import type { Command as CommandName } from '../config/schema.ts'
import { overrides } from '../config/overrides.ts'
import { type Loaded, loadConfig } from '../config/load.ts'
import { printConfig } from '../config/print.ts'
import { processesFor, tooManyFiles } from '../config/files.ts'
import { fileLimit } from '../kernel/native.ts'
import { Problem } from '../outcome/problem.ts'
import { kinds } from '../probes/index.ts'
import { parseDuration } from '../settings/duration.ts'
import { complain } from './complain.ts'
import { print } from './print.ts'
import { enough } from './round.ts'
import { run } from './run.ts'
import { summaryOf } from './summary.ts'

const onceHelp = `
A round (--once): every held connection is silent once for as long as its cohort says (15 minutes by default) and speaks; every
probe asks ${enough} questions of each sort. What should have happened by then and has not ends it as well. Then longhold judges, says
goodbye, and prints its verdicts: as a table on a terminal; on a pipe the last line has all of them, in JSON. With --for it ends
after that time at the latest.

Exit codes:
  0    a clean end; with --once: no verdict, or planned ones only
  1    the machine cannot do it, or a bug; with --once: told to stop before the round was over, nothing found so far
  2    a mistake in what was written
  3    with --once: a verdict that was not planned
  130  a second Ctrl-C, before the goodbyes were said`

/** A command that runs a configuration: `pair`, `client` or `server`. */
export interface RunSpec {
  readonly command: CommandName
  readonly summary: string
  readonly examples: string
}

/** Its options: the overrides of config/, and what belongs to the run and not to the configuration. */
export function runCommand({ command, summary, examples }: RunSpec): Command {
  const made = new Command(command).description(summary).addHelpText('after', examples)
  made.addOption(new Option('-c, --config <file>', 'configuration, YAML').env('LONGHOLD_CONFIG'))
  for (const { flag, env, value, summary, commands } of overrides)
    if (commands.includes(command)) made.addOption(new Option(`--${flag} ${value}`, summary).env(env))
  if (command !== 'server')
    made
      .addOption(new Option('--once', 'one round, then a conclusion; see below').env('LONGHOLD_ONCE'))
      .addHelpText('after', onceHelp)
  return made
    .addOption(new Option('--for <duration>', 'run that long, then stop cleanly').env('LONGHOLD_FOR'))
    .addOption(new Option('--no-table', 'JSON lines even on a terminal').env('LONGHOLD_NO_TABLE'))
    .addOption(new Option('--print-config', 'print the configuration with every default filled in, and exit'))
    .addOption(new Option('--check', 'say what is wrong with the configuration, and exit'))
    .action(() => act(command, made))
}

async function act(command: CommandName, made: Command): Promise<void> {
  const { config: file, for: until, once, table, printConfig: printing, check } = made.opts<Options>()
  const load = () => loadConfig(kinds, { command, file, flags: typed(made), env: process.env })
  const { config, warnings } = load()
  if (printing) return print(printConfig(kinds, config))
  for (const warning of warnings) complain(new Problem(`warning: ${warning}`))
  const processes = processesFor(kinds, config, fileLimit())
  const crowded = tooManyFiles(kinds, config, fileLimit(), processes)
  if (check) {
    if (crowded) complain(new Problem(`warning: ${crowded.message}`))
    return print(`ok: ${summaryOf(config, processes)}\n`)
  }
  if (crowded) throw crowded
  if (once && config.evidence === 'off')
    throw new Problem(
      '--once: nothing is judged where evidence is off: leave "evidence: off" out of the configuration',
      2,
    )
  await run({
    config,
    command,
    forMs: durationOf(until),
    once: once === true,
    table: table && process.stdout.isTTY,
    source: file === undefined ? undefined : { file, load: () => fitting(load(), processes) },
  })
}

/** Only what the machine has room for in the processes that run. */
function fitting(loaded: Loaded, processes: number): Loaded {
  const crowded = tooManyFiles(kinds, loaded.config, fileLimit(), processes)
  if (crowded) throw crowded
  return loaded
}

interface Options {
  readonly config?: string
  readonly for?: string
  readonly once?: true
  readonly table: boolean
  readonly printConfig?: true
  readonly check?: true
}

/** The overrides as they were typed; variables are read by config/, which tells the two apart. */
function typed(made: Command): Record<string, string> {
  const given = overrides.flatMap(({ flag }) => {
    const key = new Option(`--${flag} <value>`).attributeName()
    const value: unknown = made.getOptionValue(key)
    return typeof value === 'string' && made.getOptionValueSource(key) === 'cli' ? [[flag, value] as const] : []
  })
  return Object.fromEntries(given)
}

/** The longest a timer of Node can be told to wait is 24.8 days. */
const longest = 24 * 86_400_000

function durationOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms === undefined || ms < 1 || ms > longest)
    throw new Problem(`--for: expected a duration from 1ms to 24d, such as 10m, found ${JSON.stringify(text)}`, 2)
  return ms
}
