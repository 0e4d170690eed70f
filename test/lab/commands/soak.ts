import { Command, Option } from 'commander'
import { duration, wholeNumber } from '../../../src/cli/typed.ts'
import { Problem } from '../../../src/outcome/problem.ts'
import { formatDuration } from '../../../src/settings/duration.ts'
import { type Happening, writeEvent } from '../events.ts'
import { refuseWithout } from '../needs.ts'
import { perform } from '../perform.ts'
import { print } from '../print.ts'
import { settle } from '../sandbox.ts'
import { readIncident } from '../seen/incident-files.ts'
import { type Mode, modes } from '../seen/incident.ts'
import { conductSoak } from '../soak/conduct.ts'
import { falseAlarms, openedVerdicts } from '../soak/opened.ts'
import { shortestMs } from '../soak/plan.ts'
import { soakName, soakOf } from '../soak/scenario.ts'
import { showSoak } from '../soak/show.ts'
import { untilStopped } from '../stopping.ts'

interface Options {
  readonly for: number
  readonly rollouts: number
  readonly mode: Mode
  readonly json?: true
  readonly results: string
}

const options = (command: Command): Command =>
  command
    .addOption(new Option('--for <duration>', 'how long').argParser(duration('--for')).default(3_600_000, '1h'))
    .addOption(
      new Option('--rollouts <n>', 'rolling updates, spread over it')
        .argParser(wholeNumber('--rollouts', 0))
        .default(10),
    )
    .addOption(new Option('--mode <mode>', 'how the nodes do Services').choices(modes).default('iptables'))

/** `lab soak`: a healthy cluster and its everyday life, for an hour: longhold may name nothing but plans. */
export function soak(): Command {
  const command = new Command('soak')
    .description(
      'let longhold watch a healthy cluster with rolling updates, scale to zero and restarts: plans aside, nothing may be named',
    )
    .option('--json', 'events as JSON lines, for programs')
    .option('--results <dir>', 'where the incident goes', 'lab-results')
    .action(go)
  return options(command)
}

async function go({ for: forMs, rollouts, mode, json, results }: Options): Promise<void> {
  if (forMs < shortestMs(rollouts))
    throw new Problem(
      `--for ${formatDuration(forMs)}: ${rollouts} rolling updates take ${formatDuration(shortestMs(rollouts))} at least`,
      2,
    )
  await refuseWithout([mode])
  using shown = showSoak({ json: json === true, forMs })
  using stopping = untilStopped()
  const folder = `${results}/${soakName}-${mode}`
  const proved = await conductSoak({
    forMs,
    rollouts,
    mode,
    results,
    folder,
    onEvent: shown.onEvent,
    signal: stopping.signal,
  })
  if (stopping.exitCode === undefined) {
    const verdicts = proved === undefined ? undefined : openedVerdicts(readIncident(folder))
    const passed = proved === true && falseAlarms(verdicts ?? []).length === 0
    shown.end(verdicts, passed)
    process.exitCode = passed ? 0 : 1
  } else process.exitCode = stopping.exitCode
}

/** `lab soaking`: the same here and now. `soak` calls it, in a sandbox. */
export const soaking = (): Command => options(new Command('soaking').requiredOption('--results <dir>')).action(soakHere)

async function soakHere({ for: forMs, rollouts, mode, results }: Options): Promise<void> {
  await settle()
  const tell = (happening: Happening) => print(writeEvent({ scenario: soakName, mode }, happening))
  const passed = await perform({
    scenario: soakOf({ forMs, rollouts }),
    mode,
    staged: true,
    diagnosed: true,
    results,
    capture: false,
    tell,
    signal: new AbortController().signal, // whoever wants it to stop kills the sandbox
  }).catch((error: unknown) => {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
    tell({ event: 'ends', passed: false, ms: 0, reason })
    return false
  })
  process.exit(passed ? 0 : 1) // takes whatever still runs in the sandbox along
}
