import { isIP } from 'node:net'
import type { Flow } from '../outcome/flow.ts'
import { type Address, formatAddress } from './address.ts'

/** What the kernel says of a socket's own end; empty where it has none, or none any more. */
export interface LocalEnd {
  readonly address?: string | undefined
  readonly port?: number | undefined
}

/** The flow from a socket of ours to `remote`, an IP address. Where the kernel chose no address or port yet, they are all zeros. */
export function flowTo(proto: Flow['proto'], { address, port = 0 }: LocalEnd, remote: Address): Flow {
  const host = address ?? (isIP(remote.host) === 6 ? '::' : '0.0.0.0')
  return { proto, local: formatAddress({ host, port }), remote: formatAddress(remote) }
}
