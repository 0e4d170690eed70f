import type { Command } from './services.ts'

/** What one table is to hold. Its chains are emptied first; those of nobody's concern are not named. */
export interface Table {
  readonly name: 'filter' | 'nat'
  readonly chains: readonly string[]
  readonly rules: readonly string[]
}

/** Puts tables in place in one go, beside what others have put there: `iptables-restore --noflush` commits each table at once. */
export function restored(tables: readonly Table[]): Command {
  return { argv: ['iptables-restore', '--wait', '5', '--noflush', '--counters'], stdin: textOf(tables) }
}

/** A rule of a built-in chain that leads to a chain of ours. */
export interface Jump {
  readonly table: Table['name']
  readonly from: string
  readonly to: string
  readonly comment: string
  /** Only packets that conntrack calls NEW. */
  readonly newOnly?: true
}

/**
 * Sees to the jumps: at the head of the built-in chains, once. kube-proxy asks for one after the other with `iptables -C`;
 * here the first one speaks for its table.
 */
export function jumping(jumps: readonly Jump[]): readonly Command[] {
  return Object.entries(Object.groupBy(jumps, ({ table }) => table)).map(([table, [first, ...others]]) => ({
    argv: [
      'sh',
      '-c',
      `iptables-save -t ${table} | grep -q -e '-A ${first?.from}.* -j ${first?.to}$' || iptables-restore --wait 5 --noflush`,
    ],
    stdin: textOf([jumpTable(table as Table['name'], first ? [first, ...others] : [])]), // the keys are tables
  }))
}

/** The chains that `jumps` lead to in `table`. */
export const chainsOf = (jumps: readonly Jump[], table: Table['name']): readonly string[] => [
  ...new Set(jumps.filter(jump => jump.table === table).map(({ to }) => to)),
]

const jumpTable = (name: Table['name'], jumps: readonly Jump[]): Table => ({
  name,
  chains: chainsOf(jumps, name),
  rules: jumps.map(
    ({ from, to, comment, newOnly }) =>
      `-I ${from} ${newOnly ? '-m conntrack --ctstate NEW ' : ''}-m comment --comment "${comment}" -j ${to}`,
  ),
})

function textOf(tables: readonly Table[]): string {
  return tables
    .flatMap(({ name, chains, rules }) => [
      `*${name}`,
      ...chains.map(chain => `:${chain} - [0:0]`),
      ...rules,
      'COMMIT',
      '',
    ])
    .join('\n')
}
