import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { conduct, type Job } from '../conduct.ts'
import type { Event } from '../events.ts'
import { namedAgain, namedIn } from '../matrix/named.ts'
import { gradeOf, type Scored } from '../matrix/score.ts'
import { summary, table } from '../matrix/table.ts'
import { refuseWithout } from '../needs.ts'
import { print } from '../print.ts'
import { findScenario, scenarios } from '../scenarios/index.ts'
import { readIncident } from '../seen/incident-files.ts'
import { type Mode, modes } from '../seen/incident.ts'
import { untilStopped } from '../stopping.ts'

interface Options {
  readonly mode?: Mode
  readonly runs: number
  readonly parallel: number
  readonly json?: true
  readonly write?: string
  readonly results: string
}

/** `lab matrix`: what longhold names, against what was staged. */
export function matrix(): Command {
  return new Command('matrix')
    .description('stage failures, let longhold name them, and compare: with the agent of the node, and without')
    .argument('[names...]', 'only these scenarios')
    .addOption(new Option('--mode <mode>', 'only this mode').choices(modes))
    .option('--runs <n>', 'each so many times', count, 5)
    .option('--parallel <n>', 'runs at once', count, 4)
    .option('--json', 'one line a run, then the totals, for programs')
    .option('--write <file>', 'the table, as Markdown, into this file')
    .option('--results <dir>', 'where the incidents go', 'lab-results')
    .action(go)
}

async function go(names: readonly string[], options: Options): Promise<void> {
  const jobs = jobsOf(names, options.mode)
  await refuseWithout([...new Set(jobs.map(({ mode }) => mode))])
  using stopping = untilStopped()
  const scored: Scored[] = []
  for (let run = 1; run <= options.runs && !stopping.signal.aborted; run++) {
    const results = join(options.results, `run-${run}`)
    await conduct(jobs, {
      parallel: options.parallel,
      results,
      diagnosed: true,
      signal: stopping.signal,
      onEvent: event => hear(event),
    })
  }
  function hear(event: Event): void {
    if (event.event !== 'ends') return
    const one = score(event)
    scored.push(one)
    print(options.json ? `${JSON.stringify(one)}\n` : line(one, scored.length, jobs.length * options.runs))
  }
  const totals = { withAgent: summary(scored, 'withAgent'), withoutAgent: summary(scored, 'withoutAgent') }
  if (options.write !== undefined) writeFileSync(options.write, table(scored))
  print(options.json ? `${JSON.stringify({ totals })}\n` : `\n${table(scored)}`)
  const isGood = scored.every(
    ({ withAgent, withoutAgent }) =>
      withAgent.grade === 'exact' && (withoutAgent.grade === 'exact' || withoutAgent.grade === 'family'),
  )
  process.exitCode = stopping.exitCode ?? (isGood ? 0 : 1)
}

function jobsOf(names: readonly string[], wanted: Mode | undefined): Job[] {
  return (names.length > 0 ? names.map(findScenario) : scenarios).flatMap(({ name, modes }) =>
    modes.filter(mode => wanted === undefined || mode === wanted).map(mode => ({ scenario: name, mode })),
  )
}

/** A run whose proofs failed was not staged as it should be; it counts all the same, and says so by what was named. */
function score({ scenario, mode, incident }: Event & { event: 'ends' }): Scored {
  const staged = findScenario(scenario)
  const of = { scenario, mode, staged: staged.verdict ?? 'nothing' }
  if (incident === undefined) return { ...of, withAgent: lost, withoutAgent: lost }
  const read = readIncident(incident)
  const [withAgent, withoutAgent] = [namedIn(read), namedAgain(read, { agent: false })]
  return {
    ...of,
    withAgent: { grade: gradeOf(staged, withAgent), named: withAgent.map(({ name }) => name) },
    withoutAgent: { grade: gradeOf(staged, withoutAgent), named: withoutAgent.map(({ name }) => name) },
  }
}

const lost = { grade: 'silent', named: ['(the run was lost)'] } as const

const line = ({ scenario, mode, staged, withAgent, withoutAgent }: Scored, done: number, all: number): string =>
  `${withAgent.grade === 'exact' ? '✔' : '✘'} ${done}/${all} ${scenario} (${mode}): staged ${staged}, named ${words(withAgent.named)}; without the agent ${words(withoutAgent.named)}\n`

const words = (named: readonly string[]): string => (named.length === 0 ? 'nothing' : named.join(' + '))

function count(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('expected a whole number from 1.')
  return number
}
