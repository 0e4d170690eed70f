import { at, listOf, only, pairsOf, textAt } from './nft-json.ts'
import { addressesOf, backendsOf } from './nft-values.ts'
import { nftText } from './nft-text.ts'
import type { Rule } from './table.ts'

/** One rule of nft, as often as it has sources, and once for each of conntrack's states that it tells apart. */
export function nftRules(where: string, expressions: readonly unknown[]): readonly Rule[] {
  const rule = { ...blank, text: `${where} ${nftText(expressions)}` }
  let sources: readonly (string | undefined)[] = [undefined]
  const ofStates: Rule[] = []
  for (const [name, value] of expressions.map(only).filter(each => each !== undefined)) {
    if (name === 'match') {
      const [range, ...more] = matched(rule, value)
      if (range !== undefined) sources = [range, ...more]
    } else if (name === 'vmap' && textAt(value, 'key', 'ct', 'key') === 'state') {
      for (const [state, verdict] of pairsOf(at(value, 'data', 'set'))) {
        if (typeof state === 'string') ofStates.push(decided({ ...rule, states: [state] }, only(verdict)?.[0] ?? ''))
      }
    } else if (name === 'vmap') {
      leads(rule, at(value, 'data'))
    } else if (name === 'dnat') {
      rule.backends = backendsOf(value)
    } else if (name === 'jump' || name === 'goto') {
      rule.goes = [...rule.goes, textAt(value, 'target')]
    } else {
      Object.assign(rule, decided(rule, name))
      rule.randomFully ||= [at(value, 'flags')].flat().includes('fully-random')
    }
  }
  return [...sources.map(source => ({ ...rule, ...(source !== undefined && { source }) })), ...ofStates]
}

type Growing = { -readonly [K in keyof Rule]: Rule[K] }

const blank: Rule = {
  text: '',
  narrow: false,
  ofSet: false,
  states: [],
  randomFully: false,
  backends: [],
  goes: [],
  maps: [],
}

/** Notes down what a match says; answers with the sources, where it is about them. */
function matched(rule: Growing, value: unknown): readonly string[] {
  const [op, left, right] = [textAt(value, 'op'), at(value, 'left'), at(value, 'right')]
  const not = op === '!='
  const field = textAt(left, 'payload', 'field')
  if (field === 'saddr' || field === 'daddr') {
    const ranges = addressesOf(right)
    // All but several, and a named set, are left as "all": not known.
    const known = not && ranges.length > 1 ? [] : ranges.map(range => (not ? `!${range}` : range))
    if (known.length === 0) rule.ofSet = true
    if (field === 'saddr') return known
    if (known.length === 1 && known[0] !== undefined) rule.destination = known[0]
    return []
  }
  if (typeof right === 'string' && right.startsWith('@')) rule.ofSet = true
  if (field === 'dport' || field === 'sport') rule.narrow ||= !not
  if (field === 'dport' && typeof right === 'number' && !not) rule.port = right
  if (textAt(left, 'ct', 'key') === 'state' && !not) rule.states = statesOf(right)
  if (JSON.stringify(left)?.includes('"key":"mark"')) rule.narrow = true
  return []
}

function leads(rule: Growing, data: unknown): void {
  if (typeof data === 'string') rule.maps = [...rule.maps, data.replace(/^@/, '')]
  const targets = pairsOf(at(data, 'set')).map(([, verdict]) => textAt(only(verdict)?.[1], 'target'))
  rule.goes = [...rule.goes, ...targets.filter(target => target !== '')]
}

const decided = (rule: Rule, name: string): Rule =>
  name === 'masquerade' || name === 'snat' || name === 'drop' || name === 'reject' ? { ...rule, does: name } : rule

const statesOf = (right: unknown): readonly string[] =>
  [right, ...listOf(right), ...listOf(at(right, 'set'))].filter(each => typeof each === 'string')
