import { Command } from 'commander'
import { runCommand } from './run-command.ts'
import { advise } from './advise.ts'
import { agent } from './agent.ts'
import { client } from './client.ts'
import { compare } from './compare.ts'
import { doctor } from './doctor.ts'
import { explain } from './explain.ts'
import { pair } from './pair.ts'
import { report } from './report.ts'
import { search } from './search.ts'
import { server } from './server.ts'
import { version } from './version.ts'

/** The command line. A mistake in it is told with a suggestion and exit code 2. */
export function program(): Command {
  const longhold = new Command('longhold')
    .description('Holds idle connections across a cluster, on purpose, and finds out what kills them.')
    .version(version())
    .showHelpAfterError('(longhold --help says more)')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'longhold: ')) })
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .addHelpText('after', examples)
  for (const spec of [pair, client, server]) longhold.addCommand(runCommand(spec).copyInheritedSettings(longhold))
  longhold.addCommand(agent().copyInheritedSettings(longhold))
  longhold.addCommand(report().copyInheritedSettings(longhold))
  longhold.addCommand(compare().copyInheritedSettings(longhold))
  longhold.addCommand(doctor().copyInheritedSettings(longhold))
  longhold.addCommand(search().copyInheritedSettings(longhold))
  longhold.addCommand(advise().copyInheritedSettings(longhold))
  longhold.addCommand(explain().copyInheritedSettings(longhold))
  return longhold
}

const examples = `
Examples:
  longhold                                      both halves in this process, over loopback
  longhold server                               answer on 7000 (TCP, UDP) and 7001 (HTTP)
  longhold client --server my-service --idle 20m --keepalive off
  longhold client --config longhold.yaml --check
  longhold agent                                on each node, for what only the node can see
  longhold report ./journal
  longhold compare ./before ./after             is it worse than it was
  longhold doctor                               what is wrong with this node, and what will bite
  longhold search my-service                    after how long a silence a path forgets a connection
  longhold advise --preset aws-nlb              which keepalive survives it, as settings to paste
  longhold explain                              what each verdict means

Every setting has an environment variable as well: see longhold COMMAND --help.`
