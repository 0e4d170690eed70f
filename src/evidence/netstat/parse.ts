/** Counters in one file, at most: a kernel of today has some 330 in both. */
const mostCounters = 2048
/** Characters in one file: thirty times those of today. */
const mostText = 256 * 1024

/**
 * Pairs of lines, one of names and one of values, that begin with the same word: `Ip: Forwarding ...`, `Ip: 1 ...`. A pair whose
 * lengths differ says nothing about which value is whose, and is left out; so is a line without its end.
 */
export function parseNetstat(text: string): Readonly<Record<string, number>> {
  if (text.length > mostText) return {}
  const lines = text.split('\n').slice(0, -1)
  const counters = new Map<string, number>()
  for (const [index, line] of lines.entries()) {
    const [group, names] = split(line)
    const [same, values] = split(lines[index + 1] ?? '')
    if (group === undefined || group !== same || names.length !== values.length) continue
    if (!names.every(isName) || !values.every(isValue)) continue
    for (const [column, name] of names.entries()) {
      const value = Number(values[column])
      if (Number.isSafeInteger(value) && counters.size < mostCounters) counters.set(`${group}.${name}`, value)
    }
  }
  return Object.fromEntries(counters)
}

function split(line: string): [group: string | undefined, words: string[]] {
  const [, group, rest = ''] = /^([A-Za-z]\w{0,31}):(.*)$/.exec(line) ?? []
  return [group, rest.split(' ').filter(Boolean)]
}

const isName = (word: string): boolean => /^[A-Za-z]\w{0,63}$/.test(word)
const isValue = (word: string): boolean => /^-?\d{1,20}$/.test(word)
