import { ipvs, type VirtualService } from '../evidence/ipvs/facts.ts'
import { canonical } from '../evidence/tuple.ts'
import { flowKey } from '../outcome/flow.ts'
import { parseAddress } from '../settings/address.ts'
import type { Case } from './case.ts'
import type { Loss } from './losses.ts'

/** So long IPVS keeps the entry of a connection that was closed, or reset, where it knew it, ms (`CLOSE` in ip_vs_proto_tcp.c). */
const closedMs = 10_000

/** IPVS was looked at right after the death and had no entry: it had none before, or it would be there still, as closed. */
export function isUnknownToIpvs(of: Case, { death }: Loss): boolean {
  const key = death.flow && flowKey(death.flow)
  return of.facts
    .all(ipvs, 'node')
    .some(
      ({ at, value }) =>
        at >= death.at &&
        at < death.at + closedMs &&
        value.connections.some(({ flow, destination }) => flow === key && destination === undefined),
    )
}

/** Where a service still leads to the server of this loss. `undefined`: nobody knows where that is. */
export function isStillServed({ death }: Loss, service: VirtualService): boolean | undefined {
  const ip = death.peer && parseAddress(death.peer.ip, 0)?.host
  if (ip === undefined) return undefined
  return service.destinations.some(({ address }) => canonical(address) === canonical(ip))
}
