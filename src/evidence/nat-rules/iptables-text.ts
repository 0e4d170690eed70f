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
  for (let from = 0, end = 0; from < text.length; from = end + 1) {
    end = text.indexOf('\n', from)
    if (end < 0) end = text.length
    const kind = text.charCodeAt(from)
    if (kind !== rule && kind !== chain && kind !== tableBegins && kind !== tableEnds) continue // empty, or a comment
    const line = text.slice(from, end)
    if (line.startsWith('-A ')) {
      const space = line.indexOf(' ', 3)
      open?.chains.get(line.slice(3, space < 0 ? undefined : space))?.push(line)
    } else if (kind === chain) {
      open?.chains.set(line.slice(1, line.indexOf(' ')), [])
    } else if (kind === tableBegins) {
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

/** How lines begin: `-A`, `:`, `*` and `COMMIT`. */
const [rule, chain, tableBegins, tableEnds] = [0x2d, 0x3a, 0x2a, 0x43] as const

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
