import { iptablesRule } from './iptables-rule.ts'
import type { Rule, Table } from './table.ts'

export interface SavedTable extends Table {
  /** How many rules a chain has. */
  readonly size: (chain: string) => number
  /** A chain's rules with this in their text: to understand all ten thousand of KUBE-SERVICES takes a tenth of a second. */
  readonly rulesWith: (chain: string, text: string) => readonly Rule[]
}

/** What iptables-save printed. */
export interface Saved {
  readonly tables: readonly SavedTable[]
  /** Tables that break off before their end: nothing of them is believed. */
  readonly broken: readonly string[]
}

/** Rules are understood when somebody asks for their chain, once: of the 60 000 lines of a large node a few hundred matter. */
export function savedTables(text: string): Saved {
  const tables: SavedTable[] = []
  const broken: string[] = []
  let open: { name: string; chains: Map<string, string[]> } | undefined
  for (const line of linesOf(text)) {
    if (line.startsWith('-A ')) {
      const end = line.indexOf(' ', 3)
      open?.chains.get(line.slice(3, end < 0 ? undefined : end))?.push(line)
    } else if (line.startsWith(':')) {
      open?.chains.set(line.slice(1, line.indexOf(' ')), [])
    } else if (line.startsWith('*')) {
      if (open) broken.push(open.name)
      open = { name: line.slice(1).trim(), chains: new Map() }
    } else if (line.startsWith('COMMIT')) {
      if (open) tables.push(table(open.name, open.chains))
      open = undefined
    }
  }
  if (open) broken.push(open.name)
  return { tables, broken }
}

function table(name: string, chains: ReadonlyMap<string, readonly string[]>): SavedTable {
  const known = new Map<string, readonly Rule[]>()
  const has = (chain: string): boolean => chains.has(chain)
  return {
    name,
    begins: hook => (has(hook.toUpperCase()) ? [hook.toUpperCase()] : []),
    has,
    size: chain => chains.get(chain)?.length ?? 0,
    rulesWith: (chain, text) =>
      (chains.get(chain) ?? []).filter(line => line.includes(text)).map(line => iptablesRule(line, has)),
    rules(chain) {
      const rules = known.get(chain) ?? (chains.get(chain) ?? []).map(line => iptablesRule(line, has))
      known.set(chain, rules)
      return rules
    },
  }
}

function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from)
    yield text.slice(from, end < 0 ? undefined : end)
    from = end < 0 ? text.length : end + 1
  }
}
