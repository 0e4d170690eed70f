import { isIP, isIPv6, SocketAddress } from 'node:net'
import type { Flow } from '../outcome/flow.ts'
import { parseAddress } from '../settings/address.ts'

/** One direction of a flow, as the kernel's tables have it. */
export interface Tuple {
  readonly src: string
  readonly dst: string
  readonly sport: number
  readonly dport: number
}

/**
 * What the kernel's tables call a flow. `undefined` where they cannot know it: it names no address or port, or a link-local
 * one; a flow that came over the network may be anything.
 */
export function tupleOf({ local, remote }: Flow): Tuple | undefined {
  const [from, to] = [endOf(local), endOf(remote)]
  if (!from || !to || isIPv6(from.host) !== isIPv6(to.host)) return undefined
  return { src: from.host, dst: to.host, sport: from.port, dport: to.port }
}

export const sameTuple = (a: Tuple, b: Tuple): boolean =>
  a.src === b.src && a.dst === b.dst && a.sport === b.sport && a.dport === b.dport

/** As the kernel and the C library write an IPv6 address: shortened, in lower case. */
export const canonical = (address: string): string =>
  isIPv6(address) ? new SocketAddress({ address, family: 'ipv6' }).address : address

function endOf(text: string) {
  const { host, port = 0 } = parseAddress(text, 0) ?? {}
  if (host === undefined || isIP(host) === 0 || host.includes('%') || port === 0) return undefined
  const address = canonical(host)
  return nowhere.has(address) ? undefined : { host: address.replace(mapped, ''), port }
}

/** A socket that has no address yet. */
const nowhere = new Set(['0.0.0.0', '::'])
/** IPv4 on an IPv6 socket: on the wire it is IPv4. */
const mapped = /^::ffff:(?=[\d.]+$)/
