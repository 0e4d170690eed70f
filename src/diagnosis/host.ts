import { canonical } from '../evidence/tuple.ts'
import { parseAddress } from '../settings/address.ts'

/** `10.96.0.10` of `10.96.0.10:53`. */
export function hostOf(address: string | undefined): string | undefined {
  const host = address === undefined ? undefined : parseAddress(address, 0)?.host
  return host === undefined ? undefined : canonical(host)
}
