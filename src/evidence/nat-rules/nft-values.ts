import { isIP, isIPv6 } from 'node:net'
import { at, listOf, only, pairsOf } from './nft-json.ts'
import { canonicalRange } from './range.ts'

/** The ranges of a value that is compared with an address; none for a named set. */
export function addressesOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.startsWith('@') ? [] : [canonicalRange(value)]
  const [name, inner] = only(value) ?? []
  if (name === 'set') return listOf(inner).flatMap(each => addressesOf(at(each, 'elem', 'val') ?? each))
  if (name === 'prefix') {
    const [address, length] = [at(inner, 'addr'), at(inner, 'len')]
    return typeof address === 'string' && typeof length === 'number' ? [canonicalRange(`${address}/${length}`)] : []
  }
  const [from, to] = name === 'range' ? listOf(inner) : []
  return typeof from === 'string' && typeof to === 'string' ? [`${from}-${to}`] : []
}

/** Where a `dnat` leads: to one address, or to those of the map in the rule that picks one. */
export function backendsOf(dnat: unknown): readonly string[] {
  const [address, port] = [at(dnat, 'addr'), at(dnat, 'port')]
  const choices = address === undefined ? at(dnat, 'map') : at(address, 'map')
  if (choices === undefined) return backend(address, port)
  return pairsOf(at(choices, 'data', 'set')).flatMap(([, value]) => {
    const parts = at(value, 'concat')
    const [to, itsPort] = Array.isArray(parts) ? parts : [value, port]
    return backend(to, itsPort)
  })
}

function backend(address: unknown, port: unknown): readonly string[] {
  if (typeof address !== 'string' || isIP(address) === 0) return []
  if (typeof port !== 'number') return [address]
  return [isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`]
}
