import { Command, Option } from 'commander'
import { Problem } from '../outcome/problem.ts'
import { readJournal } from '../record/journal/read.ts'
import { reportJson, reportText } from '../record/report.ts'
import { paintFor } from './paint.ts'
import { print } from './print.ts'

/** `longhold report [DIR]`: what a journal holds, as tables or as JSON. A process may be writing to it meanwhile. */
export function report(): Command {
  return new Command('report')
    .description('print what a journal holds: runs, cohorts, probes, faults')
    .argument('[dir]', 'directory of the journal', './journal')
    .addOption(new Option('--json', 'every number, for programs'))
    .addHelpText('after', examples)
    .action(answer)
}

async function answer(dir: string, { json }: { readonly json?: true }): Promise<void> {
  const read = await readJournal(dir).catch((error: unknown) => {
    throw error instanceof Problem ? new Problem(error.message, 2) : error // the directory was written by somebody
  })
  const { stdout } = process
  const look = stdout.isTTY ? { width: stdout.columns || 80, paint: paintFor(stdout) } : {}
  print(json ? `${JSON.stringify(reportJson(read), null, 2)}\n` : reportText(read, look))
}

const examples = `
Examples:
  longhold report                       the journal in ./journal
  longhold report /data --json | jq '.cohorts[] | {cohort, exposureS, ends}'`
