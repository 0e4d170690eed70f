import { isIP } from 'node:net'
import { canonical, type Tuple } from '../tuple.ts'
import type { Entry } from './facts.ts'

/** An entry with everything there is takes 500 characters. */
const longest = 4096

const numbers = { tcp: '6', udp: '17' } as const

/**
 * One entry as conntrack-tools prints it with `-o extended` or without. `undefined` for what is no TCP or UDP entry, or not
 * whole: a guess would be told as a fact.
 */
export function parseEntry(line: string): Entry | undefined {
  if (line.length > longest) return undefined
  const words = line.trim().split(/\s+/)
  if (words[0] === 'ipv4' || words[0] === 'ipv6') words.splice(0, 2)
  const [proto, number] = words
  if ((proto !== 'tcp' && proto !== 'udp') || number !== numbers[proto]) return undefined
  const first = words.findIndex(word => word.includes('='))
  const [original, reply] = tuplesIn(words)
  if (!original || !reply) return undefined
  const [timeout, state] = headOf(words.slice(2, first))
  const packets = valuesOf(words, 'packets').map(wholeNumber)
  const [mark, zone] = [wholeNumber(valuesOf(words, 'mark')[0]), wholeNumber(valuesOf(words, 'zone')[0])]
  return {
    proto,
    original,
    reply,
    unreplied: words.includes('[UNREPLIED]'),
    assured: words.includes('[ASSURED]'),
    ...(state !== undefined && { state }),
    ...(timeout !== undefined && { expiresS: timeout }),
    ...(mark !== undefined && { mark }),
    ...(zone !== undefined && { zone }),
    ...(packets.length === 2 && { packets: (packets[0] ?? 0) + (packets[1] ?? 0) }),
  }
}

/** Seconds left and state, each of which may be missing: of what hardware handles, both are. */
function headOf(words: readonly string[]): [timeout: number | undefined, state: string | undefined] {
  const timeout = wholeNumber(words[0])
  const state = timeout === undefined ? words[0] : words[1]
  return [timeout, state !== undefined && /^[A-Z][A-Z_0-9]{1,20}$/.test(state) ? state : undefined]
}

function tuplesIn(words: readonly string[]): (Tuple | undefined)[] {
  const [srcs, dsts, sports, dports] = ['src', 'dst', 'sport', 'dport'].map(name => valuesOf(words, name))
  return [0, 1].map(at => tuple(srcs?.[at], dsts?.[at], sports?.[at], dports?.[at]))
}

function tuple(src = '', dst = '', from?: string, to?: string): Tuple | undefined {
  const [sport, dport] = [wholeNumber(from), wholeNumber(to)]
  if (isIP(src) === 0 || isIP(src) !== isIP(dst) || sport === undefined || dport === undefined) return undefined
  if (sport > 65_535 || dport > 65_535) return undefined
  return { src: canonical(src), dst: canonical(dst), sport, dport }
}

const valuesOf = (words: readonly string[], name: string): string[] =>
  words.flatMap(word => (word.startsWith(`${name}=`) ? [word.slice(name.length + 1)] : []))

const wholeNumber = (text = ''): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined)
