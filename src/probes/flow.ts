import { isIPv6, type Socket, SocketAddress } from 'node:net'
import type { Flow } from '../outcome/flow.ts'
import type { Address } from '../settings/address.ts'
import { flowTo } from '../settings/flow.ts'

/**
 * The flow of a client's connection `to` an IP address, while its descriptor is open: Node closes that before it emits
 * `error`. Strings are made here, so ask only when something went wrong.
 */
export function tcpFlow(socket: Socket | undefined, { host, port }: Address): Flow {
  const local = { address: socket?.localAddress, port: socket?.localPort }
  // As the kernel writes it: the far end cannot be asked of a socket that was reset.
  return flowTo('tcp', local, { host: isIPv6(host) ? canonical(host) : host, port })
}

function canonical(host: string): string {
  const [address = host, zone] = host.split('%')
  const { address: written } = new SocketAddress({ address, family: 'ipv6' })
  return zone === undefined ? written : `${written}%${zone}`
}
