import { Command, Option } from 'commander'
import { conduct } from '../conduct.ts'
import { findScenario } from '../scenarios/index.ts'
import { type Mode, modes } from '../seen/incident.ts'
import { narrate } from '../narrate.ts'
import { refuseWithout } from '../needs.ts'
import { Problem } from '../../../src/outcome/problem.ts'
import { untilStopped } from '../stopping.ts'

interface Options {
  readonly mode?: Mode
  readonly keep?: true
  readonly watch?: true
  readonly json?: true
  readonly unstaged?: true
  readonly diagnose?: true
  readonly results: string
}

/** `lab run NAME`: one scenario. */
export function run(): Command {
  return new Command('run')
    .description('stage one failure and show what is seen of it')
    .argument('<name>', 'as "list" names it')
    .addOption(
      new Option('--mode <mode>', 'how the nodes do Services')
        .choices(modes)
        .default(undefined, 'the first the scenario has'),
    )
    .option('--watch', 'tell everything as it happens, and what it means')
    .option('--keep', 'capture all packets, and on a terminal let the cluster stand until Enter is pressed')
    .option('--diagnose', 'let longhold judge what it sees, with an agent on the node')
    .option('--json', 'events as JSON lines, for programs')
    .option('--unstaged', 'do everything but what breaks: the proofs should then fail')
    .option('--results <dir>', 'where the incident goes: observations, ledgers, kernel texts', 'lab-results')
    .action(go)
}

async function go(
  name: string,
  { mode: wanted, keep, watch, json, unstaged, diagnose, results }: Options,
): Promise<void> {
  const scenario = findScenario(name)
  const mode = wanted ?? scenario.modes[0]
  if (mode === undefined || !scenario.modes.includes(mode))
    throw new Problem(`"${name}" does not happen in mode ${mode}; expected ${scenario.modes.join(' or ')}`, 2)
  await refuseWithout([mode])
  const story = narrate({ json: json === true, watch: watch === true })
  const linger = keep === true && process.stdin.isTTY
  using stopping = untilStopped()
  await conduct([{ scenario: name, mode }], {
    parallel: 1,
    results,
    diagnosed: diagnose === true,
    unstaged: unstaged === true,
    capture: keep === true,
    linger,
    onEvent: story.onEvent,
    signal: stopping.signal,
  })
  process.exitCode = stopping.exitCode ?? (story.end() ? 0 : 1)
}
