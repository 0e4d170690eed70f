import { mark } from './marked.ts'
import { type Front, frontsOf, nftChain } from './names.ts'
import type { Desired, Node, Service } from './services.ts'

/** A set or a map of the table. */
export interface Named {
  readonly kind: 'set' | 'map'
  readonly name: string
  readonly type: string
  readonly elements: readonly string[]
}

export interface Chain {
  readonly name: string
  /** A base chain's first one says where it is hooked in. */
  readonly rules: readonly string[]
}

export function namedOf(services: readonly Service[], node: Node): readonly Named[] {
  const fronts = frontsOf(services)
  const ready = fronts.filter(isReady)
  const empty = fronts.filter(front => !isReady(front))
  const hairpins = ready.flatMap(({ backends, port: { protocol, targetPort } }) =>
    backends.map(({ address }) => `${address} . ${address} . ${protocol} . ${targetPort}`),
  )
  return [
    set('cluster-ips', 'ipv4_addr', [...new Set(services.map(({ address }) => address))]),
    set('nodeport-ips', 'ipv4_addr', [node.address]),
    set('hairpin-connections', 'ipv4_addr . ipv4_addr . inet_proto . inet_service', [...new Set(hairpins)]),
    map(
      'service-ips',
      atService,
      ready.map(front => `${serviceKey(front)} : goto ${nftChain('service', front)}`),
    ),
    map(
      'service-nodeports',
      atNode,
      ready.flatMap(front => nodeKey(front).map(key => `${key} : goto ${nftChain('external', front)}`)),
    ),
    map(
      'no-endpoint-services',
      atService,
      empty.map(front => `${serviceKey(front)} : goto reject-chain`),
    ),
    map(
      'no-endpoint-nodeports',
      atNode,
      empty.flatMap(front => nodeKey(front).map(key => `${key} : goto reject-chain`)),
    ),
  ]
}

/** The filters look after DNAT: to them a Service with endpoints is a pod. */
export function chainsOf({ services, dropInvalid, masqueradeMarked }: Desired, node: Node): readonly Chain[] {
  const there = 'meta l4proto . th dport vmap'
  return [
    chain(
      'filter-input',
      'type filter hook input priority filter',
      ...isNew('nodeport-endpoints-check', 'service-endpoints-check'),
    ),
    chain(
      'filter-forward',
      'type filter hook forward priority filter',
      ...(dropInvalid ? ['ct state invalid counter drop'] : []), // kube-proxy has no such rule
      ...isNew('service-endpoints-check', 'cluster-ips-check'),
    ),
    chain(
      'filter-output',
      'type filter hook output priority filter',
      ...isNew('service-endpoints-check', 'cluster-ips-check'),
    ),
    chain('nat-prerouting', 'type nat hook prerouting priority dstnat', 'jump services'),
    chain('nat-output', 'type nat hook output priority -100', 'jump services'),
    chain('nat-postrouting', 'type nat hook postrouting priority srcnat', 'jump masquerading'),
    chain('service-endpoints-check', `ip daddr . ${there} @no-endpoint-services`),
    chain('nodeport-endpoints-check', `ip daddr @nodeport-ips ${there} @no-endpoint-nodeports`),
    chain('cluster-ips-check', 'ip daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"'),
    chain('reject-chain', 'reject'),
    chain(
      'services',
      `ip daddr @cluster-ips ip saddr != ${node.podRange} ${marking} comment "masquerade clusterIP traffic from outside cluster"`,
      `ip daddr . ${there} @service-ips`,
      `ip daddr @nodeport-ips ${there} @service-nodeports`,
    ),
    chain('masquerading', ...(masqueradeMarked ? masquerading : [])),
    ...serviceChains(frontsOf(services)),
  ]
}

function serviceChains(fronts: readonly Front[]): readonly Chain[] {
  return fronts.filter(isReady).flatMap(front => {
    const { protocol, targetPort, nodePort } = front.port
    const [inside, outside] = [nftChain('service', front), nftChain('external', front)]
    const targets = front.backends.map(({ address }, index) => `${index} : ${address} . ${targetPort}`)
    return [
      chain(
        inside,
        `meta l4proto ${protocol} dnat ip to numgen random mod ${targets.length} map { ${targets.join(', ')} }`,
      ),
      ...(nodePort === undefined ? [] : [chain(outside, marking, `goto ${inside}`)]),
    ]
  })
}

const marking = `meta mark set meta mark or ${mark}`
const masquerading = [
  `meta mark and ${mark} != 0 meta mark set meta mark xor ${mark} masquerade fully-random`,
  'ct status dnat ip saddr . ip daddr . meta l4proto . th dport @hairpin-connections masquerade fully-random',
] as const

const isReady = ({ backends }: Front) => backends.length > 0
const isNew = (...checks: readonly string[]) => checks.map(check => `ct state new jump ${check}`)

const atService = 'ipv4_addr . inet_proto . inet_service : verdict'
const serviceKey = ({ address, port }: Front) => `${address} . ${port.protocol} . ${port.port}`
const atNode = 'inet_proto . inet_service : verdict'
const nodeKey = ({ port: { nodePort, protocol } }: Front) =>
  nodePort === undefined ? [] : [`${protocol} . ${nodePort}`]

const chain = (name: string, ...rules: readonly string[]): Chain => ({ name, rules })
const set = (name: string, type: string, elements: readonly string[]): Named => ({ kind: 'set', name, type, elements })
const map = (name: string, type: string, elements: readonly string[]): Named => ({ kind: 'map', name, type, elements })
