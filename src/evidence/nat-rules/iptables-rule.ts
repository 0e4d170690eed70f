import { canonicalRange } from './range.ts'
import type { Rule } from './table.ts'

/** One line of iptables-save, `-A CHAIN …`. `isChain` tells a chain from a target such as MASQUERADE. */
export function iptablesRule(line: string, isChain: (name: string) => boolean): Rule {
  const words = wordsOf(line)
  const after = (flag: string): string | undefined => {
    const at = words.indexOf(flag)
    return at < 0 ? undefined : words[at + 1]
  }
  const negated = (flag: string): boolean => words[words.indexOf(flag) - 1] === '!'
  const range = (flag: string): string | undefined => {
    const value = after(flag)
    return value === undefined ? undefined : `${negated(flag) ? '!' : ''}${canonicalRange(value)}`
  }
  const target = after('-j') ?? after('-g') ?? ''
  const [source, destination, proto, port] = [range('-s'), range('-d'), after('-p'), after('--dport')]
  const does = verdicts.get(target)
  const to = target === 'DNAT' ? after('--to-destination') : undefined
  const state = after('--ctstate') ?? after('--state') ?? ''
  return {
    text: line,
    ...(source !== undefined && { source }),
    ...(destination !== undefined && { destination }),
    ...(proto !== undefined && !negated('-p') && { proto }),
    ...(port !== undefined && /^\d+$/.test(port) && !negated('--dport') && { port: Number(port) }),
    narrow: narrowing.some(flag => words.includes(flag) && !negated(flag)),
    ofSet: words.includes('--match-set'),
    states: negated('--ctstate') || negated('--state') ? [] : state.toLowerCase().split(','),
    ...(does && { does }),
    randomFully: words.includes('--random-fully'),
    backends: to !== undefined && isDestination(to) ? [to] : [],
    goes: isChain(target) ? [target] : [],
    maps: [],
  }
}

const verdicts: ReadonlyMap<string, NonNullable<Rule['does']>> = new Map([
  ['MASQUERADE', 'masquerade'],
  ['SNAT', 'snat'],
  ['DROP', 'drop'],
  ['REJECT', 'reject'],
])

const narrowing = ['--mark', '--dport', '--dports', '--sport', '--sports', '--ports'] as const

/** `10.244.2.11:7000`, `[fd00::7]:53`, `10.0.0.1-10.0.0.9:80`. */
const isDestination = (text: string): boolean => /^[\da-f.:[\]-]{2,100}$/i.test(text)

/** Words, with text in quotes as one. What a comment says is no flag, and it needs no quotes. */
function wordsOf(line: string): readonly string[] {
  const words = line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []
  return words.filter((_, at) => !['--comment', '--log-prefix'].includes(words[at - 1] ?? ''))
}
