import { Command } from 'commander'
import { all } from './all.ts'
import { judge } from './judge.ts'
import { list } from './list.ts'
import { matrix } from './matrix.ts'
import { performing } from './perform.ts'
import { record } from './record.ts'
import { run } from './run.ts'
import { searching, searchingAll, searchingHere } from './search.ts'
import { soak, soaking } from './soak.ts'

/** `npm run lab`: every failure longhold claims to know, staged on a real kernel. Exit code 0: all proofs held, 1: not, 2: a mistake in the command. */
export function program(): Command {
  const lab = new Command('lab')
    .description('Stages failures on a real kernel, and shows what longhold sees of them.')
    .showHelpAfterError('(npm run lab -- --help says more)')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'lab: ')) })
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .addHelpText('after', examples)
  for (const command of [list(), run(), all(), matrix(), judge(), soak(), searching(), record()])
    lab.addCommand(command.copyInheritedSettings(lab))
  for (const command of [performing(), soaking(), searchingHere(), searchingAll()])
    lab.addCommand(command.copyInheritedSettings(lab), { hidden: true })
  return lab
}

const examples = `
Examples:
  npm run lab -- list
  npm run lab -- run conntrack-expiry --watch
  npm run lab -- run conntrack-expiry --mode nftables --keep
  npm run lab -- all
  npm run lab -- matrix --runs 1 conntrack-expiry
  npm run lab -- search conntrack --seconds 7
  npm run lab -- all --json | jq 'select(.event == "ends" and .passed == false)'

It works in namespaces of its own: no packet leaves them, and nothing stays when it ends, however it ends.`
