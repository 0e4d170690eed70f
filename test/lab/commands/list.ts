import { Command } from 'commander'
import { scenarios } from '../scenarios/index.ts'
import { print } from '../print.ts'

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
  return scenarios.map(({ name, summary, modes }) => `${name.padEnd(width)}  ${where(modes).padEnd(9)} ${summary}\n`)
}

const where = (modes: readonly string[]) =>
  modes.includes('ipvs')
    ? modes.length > 1
      ? 'all modes'
      : 'ipvs'
    : 'iptables, nftables' === modes.join(', ')
      ? 'netfilter'
      : modes.join(' ')
