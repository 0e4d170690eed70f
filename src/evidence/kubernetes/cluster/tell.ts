import { isIPv6 } from 'node:net'
import type { Flow } from '../../../outcome/flow.ts'
import type { Change, EndpointFact, KubernetesFacts, ServiceFact } from '../facts.ts'
import type { Node, Pod, Slice } from '../objects/kept.ts'
import { type Addressed, addressed, podsAt, type Target, targetsOf } from './addressed.ts'
import { endpointsOf } from './endpoints.ts'
import type { State } from './state.ts'

/** What is told of one Service, of all pods, of all nodes, and of what happened. */
const most = { services: 4, endpoints: 256, pods: 256, nodes: 128, changes: 256 } as const

/** What the cluster has to do with these flows. What could not be read is whoever asks' to add. */
export function tell(state: State, flows: readonly Flow[]): Omit<KubernetesFacts, 'missing' | 'staleSince'> {
  const targets = targetsOf(flows).map(target => ({ target, found: addressed(state, target).slice(0, most.services) }))
  const services = targets.flatMap(({ target, found }) => found.map(each => serviceFact(state, each, target)))
  const changes = changesOf(state, new Set(services.map(({ name }) => name)))
  const behind = services.flatMap(({ endpoints }) => endpoints ?? []).map(({ pod }) => state.known.pods.get(pod ?? ''))
  const alone = targets.filter(({ found }) => found.length === 0).flatMap(({ target }) => podsAt(state, target))
  const pods = [...new Set([...behind, ...alone])].filter(pod => pod !== undefined).slice(0, most.pods)
  const nodeNames = new Set(
    [...pods, ...changes, ...services.flatMap(each => each.endpoints ?? [])].map(each => each.node),
  )
  const nodes = [...nodeNames].map(name => state.known.nodes.get(name ?? '')).filter(node => node !== undefined)
  const ofNodes = [...nodeNames].flatMap(name => (name === undefined ? [] : state.past.of(name)))
  return {
    services,
    pods: pods.map(podFact),
    nodes: nodes.slice(0, most.nodes).map(nodeFact),
    changes: [...changes, ...ofNodes].sort((a, b) => a.at - b.at).slice(-most.changes),
  }
}

/** What happened to a pod behind two Services is told once. */
const changesOf = ({ past }: State, services: ReadonlySet<string>): Change[] => [
  ...new Set([...services].flatMap(name => past.of(name))),
]

function serviceFact(state: State, { name, via, service, slices, removedAt }: Addressed, target: Target): ServiceFact {
  const port = service?.ports.find(
    each => each.proto === target.proto && (via === 'node-port' ? each.nodePort : each.port) === target.port,
  )
  const endpoints = via === 'pod' ? straight(slices, target) : behindPort(slices, port?.name, target)
  return {
    name,
    ...target,
    via,
    ...(state.listed.has('endpointslices') &&
      removedAt === undefined && {
        endpointCount: endpoints.length,
        endpoints: endpoints.slice(0, most.endpoints),
      }),
    ...(via !== 'pod' && !port && { noSuchPort: true }),
    ...(removedAt !== undefined && { removedAt }),
    ...(service?.affinity && { affinity: 'ClientIP' }),
    ...(service?.localOnly && { localOnly: true }),
  }
}

/** The endpoints of the flow's own address family that have the Service's port, with the number it has there. */
function behindPort(
  slices: readonly Slice[],
  portName: string | undefined,
  { proto, address }: Target,
): EndpointFact[] {
  const serving = slices.flatMap(slice => {
    const port = slice.ports.find(each => each.name === portName && each.proto === proto)
    if (!port) return []
    const numbered = port.port === undefined ? {} : { port: port.port }
    const family = slice.endpoints.filter(each => isIPv6(each.address) === isIPv6(address))
    return [{ endpoints: family.map(each => ({ ...each, ...numbered })) }]
  })
  return [...endpointsOf(serving).values()]
}

const straight = (slices: readonly Slice[], { port }: Target): EndpointFact[] =>
  [...endpointsOf(slices).values()].map(each => ({ ...each, port }))

const podFact = ({ key, addresses, ...rest }: Pod): KubernetesFacts['pods'][number] => ({
  name: key,
  address: addresses[0] ?? '',
  ...rest,
})

const nodeFact = ({ key, ready, since, cordoned }: Node): KubernetesFacts['nodes'][number] => ({
  name: key,
  ready,
  ...(since !== undefined && { since }),
  cordoned,
})
