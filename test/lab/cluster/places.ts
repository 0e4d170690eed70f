/**
 * Who lives where. Two nodes, each with a pod network behind a bridge, on one fabric; a host outside that knows nothing
 * of pods; and a network behind a NAT gateway. Each name is a network namespace.
 *
 *     client client2 srv0 -- cni0 [nodea] ---- fabric ---- [nodeb] cni0 -- srv1 srv2 srv3 dns1 dns2
 *                                                |  |
 *                                              ext  gateway -- far
 */
export const nodes = {
  nodea: { address: '192.168.77.1', podRange: '10.244.1.0/24', gateway: '10.244.1.1' },
  nodeb: { address: '192.168.77.2', podRange: '10.244.2.0/24', gateway: '10.244.2.1' },
} as const
export type NodeName = keyof typeof nodes

export const pods = {
  client: { node: 'nodea', address: '10.244.1.10' },
  client2: { node: 'nodea', address: '10.244.1.12' },
  srv0: { node: 'nodea', address: '10.244.1.20' },
  srv1: { node: 'nodeb', address: '10.244.2.11' },
  srv2: { node: 'nodeb', address: '10.244.2.12' },
  srv3: { node: 'nodeb', address: '10.244.2.13' },
  dns1: { node: 'nodeb', address: '10.244.2.53' },
  dns2: { node: 'nodeb', address: '10.244.2.54' },
  dns3: { node: 'nodeb', address: '10.244.2.55' },
} as const satisfies Record<string, { node: NodeName; address: string }>
export type PodName = keyof typeof pods

/** Hosts on the fabric beside the nodes. `ext` is the default route of both nodes; it drops what it is sent for others. */
export const hosts = { ext: '192.168.77.9', gateway: '192.168.77.254' } as const
/** Behind the gateway, which translates addresses. */
export const far = { address: '203.0.113.9', gateway: '203.0.113.1' } as const
/** A container on nodea, on a bridge network that has nothing to do with Kubernetes. */
export const container = {
  address: '172.18.0.2',
  gateway: '172.18.0.1',
  range: '172.18.0.0/16',
  bridge: 'br-docker',
} as const

/** ClusterIPs. */
export const longholdService = '10.96.22.22'
export const dnsService = '10.96.0.10'
/** All pods of the cluster. */
export const podRange = '10.244.0.0/16'

/** Whoever can be asked for; the nodes and the fabric are always there. */
export type Place = PodName | 'ext' | 'gateway' | 'far' | 'container'

/** A container is on nodea, too; hosts on the fabric are on no node. */
export const nodeOf = (place: Place): NodeName | undefined =>
  place === 'container' ? 'nodea' : place in pods ? pods[place as PodName].node : undefined

/** The IPv4 address of a place. */
export function addressOf(place: Place): string {
  if (place === 'far') return far.address
  if (place === 'container') return container.address
  if (place === 'ext' || place === 'gateway') return hosts[place]
  return pods[place].address
}
