import { at, listOf, only } from './nft-json.ts'

/** A rule in nft's own words, as far as they are known here; of a statement that is not, its name. */
export const nftText = (expressions: readonly unknown[]): string =>
  expressions
    .map(statement)
    .filter(each => each !== '')
    .join(' ')

function statement(expression: unknown): string {
  const [name = '', value] = only(expression) ?? []
  if (name === 'match') {
    const op = at(value, 'op')
    return [term(at(value, 'left')), ...(op === '!=' ? ['!='] : []), term(at(value, 'right'))].join(' ')
  }
  if (name === 'counter') return 'counter'
  const [target, flags, address] = [at(value, 'target'), at(value, 'flags'), at(value, 'addr')]
  return [
    name,
    ...(typeof target === 'string' ? [target] : []),
    ...(typeof address === 'string' ? [`to ${address}`] : []),
    ...(flags === undefined ? [] : [[flags].flat().map(String).join(',')]),
  ].join(' ')
}

function term(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  const [name = '', inner] = only(value) ?? []
  if (name === 'payload') return `${word(inner, 'protocol')} ${word(inner, 'field')}`
  if (name === 'prefix') return `${word(inner, 'addr')}/${word(inner, 'len')}`
  if (name === 'meta' || name === 'ct')
    return `${name === 'ct' || word(inner, 'key') !== 'oifname' ? `${name} ` : ''}${word(inner, 'key')}`
  if (name === 'range') return listOf(inner).map(term).join('-')
  if (name === 'set') return `{ ${listOf(inner).map(term).join(', ')} }`
  if (name === '&' || name === '|' || name === '^') return listOf(inner).map(term).join(` ${name} `)
  return Array.isArray(value) ? value.map(term).join(',') : name
}

function word(value: unknown, name: string): string {
  const found = at(value, name)
  return typeof found === 'string' || typeof found === 'number' ? String(found) : ''
}
