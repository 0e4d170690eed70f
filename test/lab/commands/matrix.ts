import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { wholeNumber } from '../../../src/cli/typed.ts'
import { Problem } from '../../../src/outcome/problem.ts'
import type { Job } from '../conduct.ts'
import { conductEach } from '../ended.ts'
import type { Event } from '../events.ts'
import { type Scored, scoreOf } from '../matrix/score.ts'
import { page, summary, table } from '../matrix/table.ts'
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
  readonly again?: true
}

/** `lab matrix`: what longhold names, against what was staged. */
export function matrix(): Command {
  return new Command('matrix')
    .description('stage failures, let longhold name them, and compare: with the agent of the node, and without')
    .argument('[names...]', 'only these scenarios')
    .addOption(new Option('--mode <mode>', 'only this mode').choices(modes))
    .option('--runs <n>', 'each so many times', wholeNumber('--runs', 1), 5)
    .option('--parallel <n>', 'runs at once', wholeNumber('--parallel', 1), 4)
    .option('--json', 'one line a run, then the totals, for programs')
    .option('--write <file>', 'the table, as a page in Markdown, into this file')
    .option('--results <dir>', 'where the incidents go', 'lab-results')
    .option('--again', 'stage nothing: judge the runs that are in --results by the rules as they are now')
    .action(go)
}

async function go(names: readonly string[], options: Options): Promise<void> {
  const jobs = jobsOf(names, options.mode)
  if (options.again) return conclude(scoredIn(options.results, jobs), options)
  await refuseWithout([...new Set(jobs.map(({ mode }) => mode))])
  using stopping = untilStopped()
  const scored: Scored[] = []
  for (let run = 1; run <= options.runs && !stopping.signal.aborted; run++) {
    const results = join(options.results, `run-${run}`)
    await conductEach(jobs, { parallel: options.parallel, results, diagnosed: true, signal: stopping.signal }, hear)
  }
  function hear(event: Parameters<typeof score>[0]): void {
    const one = score(event)
    scored.push(one)
    print(options.json ? `${JSON.stringify(one)}\n` : line(one, scored.length, jobs.length * options.runs))
  }
  conclude(scored, options)
  process.exitCode = stopping.exitCode ?? process.exitCode
}

function conclude(scored: readonly Scored[], options: Options): void {
  const totals = { withAgent: summary(scored, 'withAgent'), withoutAgent: summary(scored, 'withoutAgent') }
  if (options.write !== undefined) writeFileSync(options.write, page(scored, { again: options.again === true }))
  print(options.json ? `${JSON.stringify({ totals })}\n` : `\n${table(scored)}`)
  const isGood = scored.every(
    ({ proved, closed, withAgent, withoutAgent }) =>
      proved &&
      closed !== false &&
      withAgent.grade === 'exact' &&
      (withoutAgent.grade === 'exact' || withoutAgent.grade === 'family'),
  )
  process.exitCode = isGood ? 0 : 1
}

/** What earlier runs of these left. */
function scoredIn(results: string, jobs: readonly Job[]): readonly Scored[] {
  const runs = existsSync(results) ? readdirSync(results) : []
  const folders = jobs.flatMap(({ scenario, mode }) => runs.map(run => join(results, run, `${scenario}-${mode}`)))
  const found = folders.filter(folder => existsSync(folder))
  if (found.length === 0)
    throw new Problem(`${results}: expected what "lab matrix" left (run-1 and so on), found none`, 2)
  return found.map(folder => scoreOf(readIncident(folder), { again: true }))
}

function jobsOf(names: readonly string[], wanted: Mode | undefined): Job[] {
  return (names.length > 0 ? names.map(findScenario) : scenarios).flatMap(({ name, modes }) =>
    modes.filter(mode => wanted === undefined || mode === wanted).map(mode => ({ scenario: name, mode })),
  )
}

/** A run whose proofs failed was not staged as it should be; it counts all the same, and says so. */
function score({ scenario, mode, incident }: Event & { event: 'ends' }): Scored {
  if (incident !== undefined) return scoreOf(readIncident(incident), { again: false })
  const staged = findScenario(scenario).verdict ?? 'nothing'
  return { scenario, mode, staged, proved: false, withAgent: lost, withoutAgent: lost }
}

const lost = { grade: 'silent', named: ['(the run was lost)'] } as const

function line(
  { scenario, mode, staged, proved, closed, withAgent, withoutAgent }: Scored,
  done: number,
  all: number,
): string {
  const flaws = [...(proved ? [] : ['a proof failed']), ...(closed === false ? ['still open once healed'] : [])]
  const mark = withAgent.grade === 'exact' && flaws.length === 0 ? '✔' : '✘'
  const names = `staged ${staged}, named ${words(withAgent.named)}; without the agent ${words(withoutAgent.named)}`
  return `${mark} ${done}/${all} ${scenario} (${mode}): ${[names, ...flaws].join('; ')}\n`
}

const words = (named: readonly string[]): string => (named.length === 0 ? 'nothing' : named.join(' + '))
