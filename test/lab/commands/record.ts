import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import { Problem } from '../../../src/outcome/problem.ts'
import type { Job } from '../conduct.ts'
import { conductEach } from '../ended.ts'
import type { Event } from '../events.ts'
import { misnamed, misnamedThen } from '../matrix/misnamed.ts'
import { paint } from '../narrate.ts'
import { refuseWithout } from '../needs.ts'
import { print } from '../print.ts'
import { findScenario, scenarios } from '../scenarios/index.ts'
import { readIncident } from '../seen/incident-files.ts'
import { keepIncident } from '../seen/keep-incident.ts'
import { type Mode, modes } from '../seen/incident.ts'
import { untilStopped } from '../stopping.ts'

interface Options {
  readonly mode?: Mode
  readonly results: string
  readonly into: string
}

const recorded = fileURLToPath(new URL('../../incidents', import.meta.url))

/** `lab record`: renews the incidents that the tests judge again. */
export function record(): Command {
  return new Command('record')
    .description(
      'stage failures and keep them as recorded incidents, where every proof held and longhold named them exactly',
    )
    .argument('[names...]', 'only these scenarios')
    .addOption(
      new Option('--mode <mode>', 'only this mode')
        .choices(modes)
        .default(undefined, 'the modes that are recorded, or else the first the scenario has'),
    )
    .option('--results <dir>', 'where the runs go', 'lab-results')
    .addOption(new Option('--into <dir>', 'where recorded incidents are').default(recorded, 'test/incidents'))
    .action(go)
}

async function go(names: readonly string[], { mode, results, into }: Options): Promise<void> {
  const jobs = (names.length > 0 ? names.map(findScenario) : scenarios).flatMap(({ name, modes }) =>
    modesOf(name, modes, mode, into).map(mode => ({ scenario: name, mode })),
  )
  if (jobs.length === 0) throw new Problem(`none of these happens in mode ${mode}`, 2)
  await refuseWithout([...new Set(jobs.map(({ mode }) => mode))])
  using stopping = untilStopped()
  let kept = 0
  // One at a time, undisturbed: what is recorded is judged for years.
  await conductEach(jobs, { parallel: 1, results, diagnosed: true, signal: stopping.signal }, event => {
    const why = unfit(event)
    if (why === undefined && event.incident !== undefined) keepIncident(event.incident, folderOf(into, event))
    if (why === undefined) kept++
    print(
      `${why === undefined ? paint('green', '✔') : paint('red', '✘')} ${event.scenario} (${event.mode})${why === undefined ? '' : `: ${why}`}\n`,
    )
  })
  print(`${kept} of ${jobs.length} recorded\n`)
  process.exitCode = stopping.exitCode ?? (kept === jobs.length ? 0 : 1)
}

function modesOf(scenario: string, has: readonly Mode[], wanted: Mode | undefined, into: string): readonly Mode[] {
  if (wanted !== undefined) return has.filter(mode => mode === wanted)
  const known = has.filter(mode => existsSync(folderOf(into, { scenario, mode })))
  return known.length > 0 ? known : has.slice(0, 1)
}

/** Why a run is not worth keeping. Nothing: it is. */
function unfit({ passed, reason, scenario, incident }: Extract<Event, { event: 'ends' }>): string | undefined {
  if (incident === undefined) return reason ?? 'it left no incident'
  const [read, staged] = [readIncident(incident), findScenario(scenario)]
  const why = passed ? (misnamedThen(staged, read) ?? misnamed(staged, read)) : (reason ?? 'a proof failed')
  return why === undefined ? undefined : `${why} (${incident})`
}

const folderOf = (into: string, { scenario, mode }: Job): string => join(into, `${scenario}-${mode}`)
