import { Command, Option } from 'commander'
import type { Command as CommandName } from '../config/schema.ts'
import { overrides } from '../config/overrides.ts'
import { loadConfig } from '../config/load.ts'
import { printConfig } from '../config/print.ts'
import { tooManyFiles } from '../config/files.ts'
import { fileLimit } from '../kernel/native.ts'
import { Problem } from '../outcome/problem.ts'
import { kinds } from '../probes/index.ts'
import { parseDuration } from '../settings/duration.ts'
import { complain } from './complain.ts'
import { print } from './print.ts'
import { run } from './run.ts'
import { summaryOf } from './summary.ts'

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
  return made
    .addOption(new Option('--for <duration>', 'run that long, then stop cleanly').env('LONGHOLD_FOR'))
    .addOption(new Option('--no-table', 'JSON lines even on a terminal').env('LONGHOLD_NO_TABLE'))
    .addOption(new Option('--print-config', 'print the configuration with every default filled in, and exit'))
    .addOption(new Option('--check', 'say what is wrong with the configuration, and exit'))
    .action(() => act(command, made))
}

async function act(command: CommandName, made: Command): Promise<void> {
  const { config: file, for: until, table, printConfig: printing, check } = made.opts<Options>()
  const { config, warnings } = loadConfig(kinds, { command, file, flags: typed(made), env: process.env })
  if (printing) return print(printConfig(kinds, config))
  for (const warning of warnings) complain(new Problem(`warning: ${warning}`))
  const crowded = tooManyFiles(kinds, config, fileLimit())
  if (check) {
    if (crowded) complain(new Problem(`warning: ${crowded.message}`))
    return print(`ok: ${summaryOf(config)}\n`)
  }
  if (crowded) throw crowded
  await run({ config, command, forMs: durationOf(until), table: table && process.stdout.isTTY })
}

interface Options {
  readonly config?: string
  readonly for?: string
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
