import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Flow } from '../outcome/flow.ts'
import { parseAddress } from '../settings/address.ts'

/**
 * Why `from` may not ask about one of these flows; `undefined` when it may ask about all. A flow is told to its own end
 * only: a pod asks about what leaves from its own address, a process in the node's network about what leaves from the
 * node, and who comes over loopback is in that network already.
 */
export function mayNotAsk(
  from: string,
  flows: readonly Flow[],
  addressesOfNode: () => ReadonlySet<string>,
): string | undefined {
  if (isLoopback(from)) return undefined
  const foreign = flows.filter(({ local }) => hostOf(local) !== from)
  const [first] = foreign
  if (!first) return undefined
  const node = addressesOfNode()
  if (node.has(from) && foreign.every(({ local }) => node.has(hostOf(local)))) return undefined
  return `${first.proto} ${first.local} is not a flow of ${from}, and flows are told only to the address they leave from`
}

/** The addresses of this network namespace: the node's, where we share its network. */
export const ownAddresses = (): ReadonlySet<string> =>
  new Set(
    Object.values(networkInterfaces())
      .flatMap(addresses => addresses ?? [])
      .map(({ address }) => plainAddress(address)),
  )

/** The address of one end of a flow. */
export const hostOf = (end: string): string => plainAddress(parseAddress(end, 0)?.host ?? '')

const isLoopback = (address: string): boolean => address === '::1' || (isIPv4(address) && address.startsWith('127.'))

/** One spelling for each address: as the kernel writes it, IPv4 as itself on an IPv6 socket, without a zone. */
export function plainAddress(text: string): string {
  const [address = ''] = text.toLowerCase().split('%')
  const bare = address.startsWith('::ffff:') && isIPv4(address.slice(7)) ? address.slice(7) : address
  return isIPv6(bare) ? new SocketAddress({ address: bare, family: 'ipv6' }).address : bare
}

/** Every address there is: whoever listens there listens to everybody. */
export const isEverywhere = (host: string): boolean => ['0.0.0.0', '::'].includes(plainAddress(host))
