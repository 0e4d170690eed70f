import { canonical } from '../evidence/tuple.ts'
import { parseAddress } from '../settings/address.ts'

/** Thousands of questions go to a few addresses: each is taken apart once. So many are kept. */
const known = new Map<string, string | undefined>()
const most = 1024

/** `10.96.0.10` of `10.96.0.10:53`. */
export function hostOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined
  if (known.has(address)) return known.get(address)
  const host = parseAddress(address, 0)?.host
  const plain = host === undefined ? undefined : canonical(host)
  if (known.size >= most) known.clear()
  known.set(address, plain)
  return plain
}
