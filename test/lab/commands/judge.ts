import { Command } from 'commander'
import { namedAgain, verdictsAgain } from '../matrix/named.ts'
import { gradeOf } from '../matrix/score.ts'
import { print } from '../print.ts'
import type { Scenario } from '../scenario.ts'
import { findScenario } from '../scenarios/index.ts'
import { readIncident } from '../seen/incident-files.ts'
import { soakName } from '../soak/scenario.ts'

interface Options {
  readonly verbose?: true
}

/** `lab judge DIR...`: recorded incidents, judged again by the rules as they are now; no root, no kernel. */
export function judge(): Command {
  return new Command('judge')
    .description('judge recorded incidents again, with the evidence of the agent and without it')
    .argument('<dirs...>', 'incidents, as a run leaves them')
    .option('--verbose', 'every verdict with its evidence')
    .action(go)
}

function go(dirs: readonly string[], { verbose }: Options): void {
  for (const dir of dirs) {
    const incident = readIncident(dir)
    const scenario: Pick<Scenario, 'verdict'> = incident.scenario === soakName ? {} : findScenario(incident.scenario)
    print(`${incident.scenario} (${incident.mode}): staged ${scenario.verdict ?? 'nothing'}\n`)
    for (const agent of [true, false]) {
      const named = namedAgain(incident, { agent })
      const grade = gradeOf(scenario, named)
      if (grade !== 'exact') process.exitCode = 1
      print(`  ${grade === 'exact' ? '✔' : '✘'} ${agent ? 'with' : 'without'} the agent: ${grade}\n`)
      for (const { name, level, says } of named) print(`      ${name} (${level}): ${says}\n`)
      if (!verbose) continue
      for (const {
        id,
        state,
        supersededBy,
        since,
        openedAt,
        confidence,
        evidence,
        ruledOut,
        missing,
        remedy,
      } of verdictsAgain(incident, { agent })) {
        print(
          `    [${new Date(openedAt).toISOString().slice(14, 23)}] ${id} ${state}${supersededBy ? `, superseded by ${supersededBy}` : ''}, since ${new Date(since).toISOString().slice(14, 23)}, ${confidence.level}: ${confidence.because}\n`,
        )
        for (const line of evidence) print(`        ${line.source}: ${line.says}\n`)
        for (const each of ruledOut) print(`        not ${each.what}: ${each.because}\n`)
        for (const each of missing) print(`        missing ${each.what}: ${each.wouldTell}\n`)
        for (const each of remedy) print(`        > ${each}\n`)
      }
    }
  }
}
