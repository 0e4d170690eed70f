import type { Flow } from '../../../outcome/flow.ts'
import { parseAddress } from '../../../settings/address.ts'
import { canonical } from '../../tuple.ts'
import type { ServiceFact } from '../facts.ts'
import type { Pod, Service, Slice } from '../objects/kept.ts'
import type { State } from './state.ts'

/** What a flow asks for: its `remote`, taken apart. */
export interface Target {
  readonly proto: Flow['proto']
  readonly address: string
  readonly port: number
}

/** A Service that a target belongs to. */
export interface Addressed {
  readonly name: string
  readonly via: ServiceFact['via']
  /** Absent for a Service that is only known by its slices. */
  readonly service?: Service
  readonly slices: readonly Slice[]
  readonly removedAt?: number
}

/** Each target once, however many flows ask for it. What is no address is left out. */
export function targetsOf(flows: readonly Flow[]): readonly Target[] {
  const found = new Map<string, Target>()
  for (const { proto, remote } of flows) {
    const { host, port } = parseAddress(remote, 0) ?? { host: '', port: 0 }
    const address = canonical(host.replace(/^::ffff:(?=[\d.]+$)/, ''))
    if (port > 0) found.set(`${proto} ${address} ${port}`, { proto, address, port })
  }
  return [...found.values()]
}

/** The Services with this address. A pod's address leads to all Services it is behind, headless ones first. */
export function addressed(state: State, target: Target): readonly Addressed[] {
  const current = byService(
    [...state.known.services.values()].map(service => ({ service })),
    target,
    state,
  )
  if (current.length > 0) return current
  const removed = byService([...state.removed.values()], target, state)
  return removed.length > 0 ? removed : byPod(state, target)
}

function byService(
  all: readonly { readonly service: Service; readonly at?: number }[],
  target: Target,
  state: State,
): Addressed[] {
  const onNode = isOfNode(state, target)
  return all.flatMap(({ service, at }) => {
    const via = wayTo(service, target, onNode)
    if (!via) return []
    const slices = [...(state.slicesOf.get(service.key)?.values() ?? [])]
    return [{ name: service.key, via, service, slices, ...(at !== undefined && { removedAt: at }) }]
  })
}

function wayTo(service: Service, { address, port, proto }: Target, onNode: boolean): ServiceFact['via'] | undefined {
  if (service.clusterIps.includes(address)) return 'cluster-ip'
  if (service.externalIps.includes(address)) return 'external-ip'
  return onNode && service.ports.some(each => each.nodePort === port && each.proto === proto) ? 'node-port' : undefined
}

function isOfNode({ known }: State, { address }: Target): boolean {
  for (const { addresses } of known.nodes.values()) if (addresses.includes(address)) return true
  return false
}

function byPod(state: State, target: Target): Addressed[] {
  const found = new Map<string, Slice[]>()
  for (const slice of state.known.endpointslices.values()) {
    if (slice.service === undefined || !slice.ports.some(each => serves(each, target))) continue
    const endpoints = slice.endpoints.filter(({ address }) => address === target.address)
    if (endpoints.length > 0) found.set(slice.service, [...(found.get(slice.service) ?? []), { ...slice, endpoints }])
  }
  const all = [...found].map(([name, slices]): Addressed => {
    const service = state.known.services.get(name)
    return { name, via: 'pod', slices, ...(service && { service }) }
  })
  const isHeadless = ({ service }: Addressed) => (service && service.clusterIps.length === 0 ? 0 : 1)
  return all.sort((a, b) => isHeadless(a) - isHeadless(b) || (a.name < b.name ? -1 : 1))
}

const serves = (each: Slice['ports'][number], { port, proto }: Target): boolean =>
  each.proto === proto && (each.port === undefined || each.port === port)

/** The pods with this address; of those that share their node's, all. */
export const podsAt = ({ known }: State, { address }: Target): readonly Pod[] =>
  [...known.pods.values()].filter(({ addresses }) => addresses.includes(address))
