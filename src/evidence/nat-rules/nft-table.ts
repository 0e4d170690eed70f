import { at, listOf, type NftObject, pairsOf, textAt } from './nft-json.ts'
import { nftRules } from './nft-rule.ts'
import { type Hook, hooks, type Rule, type Table } from './table.ts'

export interface NftTable extends Table {
  /** `ip`, `ip6`, `inet`. */
  readonly family: string
  /** Some of its rules are iptables' own: nft knows the names of their matches and targets, and no more. */
  readonly isOfIptables: boolean
  /** Keys and values of a map, or members of a set. */
  readonly elements: (name: string) => readonly (readonly [key: unknown, value: unknown])[]
}

/** The tables that these objects are of, by family and name. Rules are understood when somebody asks for their chain. */
export function nftTables(objects: readonly NftObject[]): readonly NftTable[] {
  const parts = new Map<string, Parts>()
  for (const { kind, value } of objects) {
    const [family, table, name] = [textAt(value, 'family'), textAt(value, 'table'), textAt(value, 'name')]
    if (table === '') continue // a table itself, or what nft says of itself
    const key = `${family} ${table}`
    const of: Parts = parts.get(key) ?? { family, chains: new Map(), begins: new Map(), elements: new Map(), xt: false }
    parts.set(key, of)
    if (kind === 'chain') {
      if (!of.chains.has(name)) of.chains.set(name, [])
      const hook = hooks.find(each => each === textAt(value, 'hook'))
      if (hook) of.begins.set(hook, [...new Set([...(of.begins.get(hook) ?? []), name])])
    } else if (kind === 'rule') {
      const chain = textAt(value, 'chain')
      of.xt ||= listOf(at(value, 'expr')).some(each => at(each, 'xt') !== undefined)
      const rules = of.chains.get(chain) ?? []
      rules.push(listOf(at(value, 'expr')))
      of.chains.set(chain, rules)
    } else if (kind === 'map' || kind === 'set') {
      const elements = listOf(at(value, 'elem'))
      of.elements.set(name, kind === 'map' ? pairsOf(elements) : elements.map(each => [each, undefined]))
    }
  }
  return [...parts].map(([name, of]) => tableOf(name, of))
}

interface Parts {
  readonly family: string
  xt: boolean
  readonly chains: Map<string, (readonly unknown[])[]>
  readonly begins: Map<Hook, readonly string[]>
  readonly elements: Map<string, NftTable['elements'] extends (name: string) => infer E ? E : never>
}

function tableOf(name: string, { family, chains, begins, elements, xt }: Parts): NftTable {
  const known = new Map<string, readonly Rule[]>()
  return {
    name,
    family,
    isOfIptables: xt,
    begins: hook => begins.get(hook) ?? [],
    has: chain => chains.has(chain),
    elements: each => elements.get(each) ?? [],
    rules(chain) {
      const rules =
        known.get(chain) ?? (chains.get(chain) ?? []).flatMap(expressions => nftRules(`${name} ${chain}`, expressions))
      known.set(chain, rules)
      return rules
    },
  }
}
