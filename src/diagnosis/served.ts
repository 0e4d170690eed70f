import { conntrackEntries } from '../evidence/conntrack-entries/facts.ts'
import { ipvs, type VirtualService } from '../evidence/ipvs/facts.ts'
import { kubernetes } from '../evidence/kubernetes/facts.ts'
import { natRules } from '../evidence/nat-rules/facts.ts'
import { canonical } from '../evidence/tuple.ts'
import { formatAddress, parseAddress } from '../settings/address.ts'
import type { Case } from './case.ts'
import type { Meanwhile } from './rises.ts'

/** Whom an address leads to, by the word of who knows. */
export interface Served {
  /** `nobody`: the node has rules for Services and none for this address, or the cluster saw the Service go. */
  readonly by: 'rules' | 'ipvs' | 'cluster' | 'nobody'
  /** Epoch ms of the reading, and where it was read. */
  readonly at: number
  readonly source: string
  /** `10.244.2.11:7000` */
  readonly backends: readonly string[]
  readonly service?: VirtualService
}

/** What was asked, and over which protocol. */
export interface Called {
  readonly proto: 'tcp' | 'udp'
  /** `10.96.0.10:53` */
  readonly remote: string
}

/**
 * What was read meanwhile of where new flows to an address are led, oldest first; the node's word before the cluster's,
 * which the node may not have heard yet.
 */
export function servedIn(of: Case, called: Called, meanwhile: Meanwhile): readonly Served[] {
  const node = [...ruledIn(of, called, meanwhile), ...balancedIn(of, called, meanwhile)]
  return (node.length > 0 ? node : clusteredIn(of, called, meanwhile)).toSorted((a, b) => a.at - b.at)
}

function ruledIn(of: Case, called: Called, meanwhile: Meanwhile): readonly Served[] {
  const source = 'node nat-rules'
  return of.facts.all(natRules, 'node').flatMap(({ at, value: { services, serviceRules, unread } }): Served[] => {
    if (!isIn(at, meanwhile)) return []
    const service = services.find(isAt(called))
    if (service) return service.backends ? [{ by: 'rules', at, source, backends: service.backends }] : []
    // Rules are read for the flows that were asked about: of others their silence says nothing.
    const isNobody = serviceRules === true && unread === undefined && wasAsked(of, called, at)
    return isNobody && !isBalanced(of, called, at) ? [{ by: 'nobody', at, source, backends: [] }] : []
  })
}

function balancedIn(of: Case, called: Called, meanwhile: Meanwhile): readonly Served[] {
  return of.facts.all(ipvs, 'node').flatMap(({ at, value: { services } }): Served[] => {
    const service = isIn(at, meanwhile) ? services.find(isAt(called)) : undefined
    if (!service) return []
    const backends = service.destinations.map(({ address, port }) => formatAddress({ host: address, port }))
    return [{ by: 'ipvs', at, source: 'node ipvs', backends, service }]
  })
}

function clusteredIn(of: Case, called: Called, meanwhile: Meanwhile): readonly Served[] {
  const source = 'cluster kubernetes'
  return of.facts.all(kubernetes, 'cluster').flatMap(({ at, value: { services, staleSince } }): Served[] => {
    const service = isIn(at, meanwhile) && staleSince === undefined ? services.find(isAt(called)) : undefined
    if (service?.removedAt !== undefined) return [{ by: 'nobody', at, source, backends: [] }]
    if (!service?.endpoints || service.endpointCount !== service.endpoints.length) return []
    const backends = service.endpoints
      .filter(({ ready, serving }) => ready || serving)
      .map(({ address, port = service.port }) => formatAddress({ host: address, port }))
    return [{ by: 'cluster', at, source, backends }]
  })
}

/** One examination takes no longer than this, and the agent remembers rules for a part of it, ms. */
const examinationMs = 5000

const wasAsked = (of: Case, { proto, remote }: Called, at: number): boolean =>
  of.facts
    .all(conntrackEntries, 'node')
    .some(each => Math.abs(each.at - at) <= examinationMs && each.value.some(({ flow }) => isTo(flow, proto, remote)))

/** As `flowKey` has it. */
const isTo = (flow: string, proto: string, remote: string): boolean =>
  flow.startsWith(`${proto} `) && flow.endsWith(` ${remote}`)

const isBalanced = (of: Case, called: Called, at: number): boolean =>
  of.facts
    .all(ipvs, 'node')
    .some(each => Math.abs(each.at - at) <= examinationMs && each.value.services.some(isAt(called)))

/** The Service that is called so. */
export function isAt({ proto, remote }: Called) {
  const address = parseAddress(remote, 0)
  return (service: { readonly proto: string; readonly address: string; readonly port: number }): boolean =>
    address !== undefined &&
    service.proto === proto &&
    canonical(service.address) === canonical(address.host) &&
    service.port === address.port
}

const isIn = (at: number, { from, to }: Meanwhile): boolean => at >= from && at <= to
