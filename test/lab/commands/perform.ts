import { once } from 'node:events'
import { Command } from 'commander'
import type { Happening } from '../events.ts'
import { writeEvent } from '../events.ts'
import { perform } from '../perform.ts'
import { print } from '../print.ts'
import { settle } from '../sandbox.ts'
import { findScenario } from '../scenarios/index.ts'
import type { Mode } from '../seen/incident.ts'

/** `lab perform`: one scenario, here and now, told in JSON lines. `run` and `all` call it, in a sandbox. */
export function performing(): Command {
  return new Command('perform')
    .argument('<name>')
    .requiredOption('--mode <mode>')
    .option('--unstaged')
    .option('--diagnose')
    .option('--capture')
    .option('--linger')
    .option('--results <dir>')
    .action(play)
}

interface Options {
  readonly mode: Mode
  readonly unstaged?: true
  readonly diagnose?: true
  readonly capture?: true
  readonly linger?: true
  readonly results?: string
}

async function play(name: string, { mode, unstaged, diagnose, capture, linger, results }: Options): Promise<void> {
  await settle()
  const run = { scenario: name, mode }
  const tell = (happening: Happening) => print(writeEvent(run, happening))
  const passed = await perform({
    scenario: findScenario(name),
    mode,
    staged: unstaged !== true,
    diagnosed: diagnose === true,
    capture: capture === true,
    ...(results !== undefined && { results }),
    tell,
    signal: new AbortController().signal, // whoever wants it to stop kills the sandbox
    ...(linger && { linger: untilEnter }),
  }).catch((error: unknown) => {
    tell({
      event: 'ends',
      passed: false,
      ms: 0,
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
    return false
  })
  process.exit(passed ? 0 : 1) // takes whatever still runs in the sandbox along
}

/** Everything stays as it is until somebody presses Enter. */
async function untilEnter(): Promise<void> {
  process.stdin.resume()
  await once(process.stdin, 'data')
}
