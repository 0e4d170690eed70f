import { Command } from 'commander'
import { scenarios } from '../scenarios/index.ts'
import { print } from '../print.ts'
import { type Mode, modes as allModes } from '../seen/incident.ts'

/** `lab list`: every scenario, one line each. */
export function list(): Command {
  return new Command('list')
    .description('every scenario, with the modes it happens in')
    .option('--json', 'for programs')
    .action(({ json }: { readonly json?: true }) => {
      if (json)
        print(
          `${JSON.stringify(
            scenarios.map(({ name, summary, means, modes, tested = true }) => ({
              name,
              summary,
              means,
              modes,
              tested,
            })),
            null,
            2,
          )}\n`,
        )
      else print(lines().join(''))
    })
}

function lines(): string[] {
  const width = Math.max(...scenarios.map(({ name }) => name.length))
  return scenarios.map(({ name, summary, modes }) => `${name.padEnd(width)}  ${where(modes).padEnd(18)} ${summary}\n`)
}

/** Both packet filters together are the nodes without IPVS. */
function where(modes: readonly Mode[]): string {
  if (modes.length === allModes.length) return 'all'
  return modes.join(', ')
}
