import { at, type NftObject, textAt } from './nft-json.ts'
import type { Table } from './table.ts'

/** What is to be asked of nft, besides the list of all chains. */
export interface Plan {
  /** Tables to list whole, `ip cni`. */
  readonly tables: readonly string[]
  /** Tables that hold too much for that. */
  readonly tooLarge: readonly string[]
  /** How many more there are, beyond the bound. */
  readonly tooMany: number
}

/**
 * Which tables matter: those of the family that packets come through on their way, beside what iptables-save has told
 * already (its tables are nft's, too, and nft's listing of them is three times as long and says less).
 */
export function planOf(chains: readonly NftObject[], family: string, told: readonly Table[]): Plan {
  const sizes = new Map<string, number>()
  const [hooked, untold] = [new Set<string>(), new Set<string>()]
  for (const { kind, value } of chains) {
    const [of, table, chain] = [textAt(value, 'family'), textAt(value, 'table'), textAt(value, 'name')]
    if (kind !== 'chain' || (of !== family && of !== 'inet')) continue
    const name = `${of} ${table}`
    sizes.set(name, (sizes.get(name) ?? 0) + 1)
    if (at(value, 'hook') !== undefined) hooked.add(name)
    if (of !== family || !told.some(each => each.name === table && each.has(chain))) untold.add(name)
  }
  const wanted = [...sizes].filter(([name]) => hooked.has(name) && untold.has(name) && isPlain(name))
  const small = wanted.filter(([, size]) => size <= mostChains).map(([name]) => name)
  return {
    tables: small.slice(0, mostTables),
    tooLarge: wanted.filter(([, size]) => size > mostChains).map(([name]) => name),
    tooMany: Math.max(0, small.length - mostTables),
  }
}

/**
 * nft asks the kernel once for every set inside a rule, and kube-proxy has one in each Service's. 3000 chains take half a
 * second of a core, 10 000 take four, and the time grows faster than they.
 */
const mostChains = 3000
const mostTables = 24

/** A name that is one word on a command line and no option. */
const isPlain = (name: string): boolean => /^\w+ [A-Za-z0-9_][\w./\\-]*$/.test(name)
