/** By name, summed over all CPUs. */
export type Counters = Readonly<Record<string, number>>

/** Columns of `/proc` to which `conntrack -S` and node_exporter give another name. */
const renamed: ReadonlyMap<string, string> = new Map([
  ['clashres', 'clash_resolve'],
  ['chainlength', 'chaintoolong'],
  ['icmp_error', 'error'],
])

/**
 * `/proc/net/stat/nf_conntrack`: a line of names and a line of hexadecimal numbers for each CPU. `undefined` when a line is not
 * whole: a sum that lacks a CPU would be wrong.
 */
export function parseStat(text: string): Counters | undefined {
  const [header = '', ...cpus] = linesOf(text)
  const names = words(header)
  const rows = cpus.map(words)
  const fits = (row: readonly string[]) => row.length === names.length && row.every(each => /^[0-9a-f]{8}$/.test(each))
  if (names[0] !== 'entries' || !rows.every(fits)) return undefined
  return sum(rows.map(row => row.map((value, column) => [names[column] ?? '', Number.parseInt(value, 16)])))
}

/** `conntrack -S`: for each CPU a line of `name=value`, decimal. Without privileges it prints what `/proc` has, under the names of `/proc`. */
export function parseSummary(text: string): Counters | undefined {
  const lines = linesOf(text)
  if (!lines.every(line => /^cpu=\d+(\s+\w+=\d{1,10})+\s*$/.test(line))) return undefined
  return sum(
    lines.map(line =>
      words(line)
        .slice(1)
        .map(word => word.split('='))
        .map(([name = '', value]) => [name, Number(value)]),
    ),
  )
}

/** Columns, and characters in a line and in all, of a machine with more CPUs than any. */
const most = { columns: 64, line: 2048, text: 2 * 1024 * 1024 } as const

/** Whole lines; none at all where they cannot be a table. */
function linesOf(text: string): readonly string[] {
  const lines = text.length > most.text ? [] : text.split('\n').slice(0, -1)
  return lines.some(({ length }) => length > most.line) ? [] : lines
}

function sum(cpus: readonly (readonly (readonly [name: string, value: number])[])[]): Counters | undefined {
  if (cpus.length === 0) return undefined
  const sums = new Map<string, number>()
  for (const [column, value] of cpus.flat()) {
    if (column === 'entries') continue // the whole table's, on every line
    const name = renamed.get(column) ?? column
    sums.set(name, (sums.get(name) ?? 0) + value)
  }
  const understood = sums.size <= most.columns && [...sums.keys()].every(name => /^[a-z][a-z0-9_]{0,31}$/.test(name))
  return understood ? Object.fromEntries(sums) : undefined
}

const words = (line: string): string[] => line.split(/\s+/).filter(Boolean)
