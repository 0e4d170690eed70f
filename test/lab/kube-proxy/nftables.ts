import { type Front, frontsOf, nftChain } from './names.ts'
import { mark } from './marked.ts'
import type { Desired, Node, Proxy } from './services.ts'
import { setsSysctls } from './sysctls.ts'

/** kube-proxy's nftables mode (Kubernetes 1.33): one table of its own, Services looked up in maps. */
export const nftables: Proxy = {
  mode: 'nftables',
  setUp: () => [setsSysctls()],
  sync: (desired, node) => [{ argv: ['nft', '-f', '-'], stdin: `${emptied}${table(desired, node)}` }],
  flush: () => [{ argv: ['nft', '-f', '-'], stdin: emptied }],
}

/** To delete a table that is not there is an error, to add one that is there is none. */
const emptied = 'add table ip kube-proxy\ndelete table ip kube-proxy\n'

function table({ services, dropInvalid, masqueradeMarked }: Desired, node: Node): string {
  const fronts = frontsOf(services)
  const ready = fronts.filter(({ backends }) => backends.length > 0)
  const empty = fronts.filter(({ backends }) => backends.length === 0)
  const hairpins = ready.flatMap(({ backends, port }) =>
    backends.map(({ address }) => `${address} . ${address} . ${port.protocol} . ${port.targetPort}`),
  )
  return `table ip kube-proxy {
  comment "rules for kube-proxy"
${set(
  'cluster-ips',
  'ipv4_addr',
  services.map(({ address }) => address),
)}
${set('nodeport-ips', 'ipv4_addr', [node.address])}
${set('hairpin-connections', 'ipv4_addr . ipv4_addr . inet_proto . inet_service', hairpins)}
${map(
  'service-ips',
  'ipv4_addr . inet_proto . inet_service : verdict',
  ready.map(front => `${atService(front)} : goto ${nftChain('service', front)}`),
)}
${map(
  'service-nodeports',
  'inet_proto . inet_service : verdict',
  ready.flatMap(front => atNode(front).map(key => `${key} : goto ${nftChain('external', front)}`)),
)}
${map(
  'no-endpoint-services',
  'ipv4_addr . inet_proto . inet_service : verdict',
  empty.map(front => `${atService(front)} : goto reject-chain`),
)}
${map(
  'no-endpoint-nodeports',
  'inet_proto . inet_service : verdict',
  empty.flatMap(front => atNode(front).map(key => `${key} : goto reject-chain`)),
)}
${hooks(dropInvalid)}
${dispatch(node)}
${chain('masquerading', masqueradeMarked ? masquerading : [])}
${ready.map(front => serviceChains(front)).join('\n')}
}
`
}

const atService = ({ address, port }: Front) => `${address} . ${port.protocol} . ${port.port}`
const atNode = ({ port: { nodePort, protocol } }: Front) =>
  nodePort === undefined ? [] : [`${protocol} . ${nodePort}`]

/** The base chains. The filters look after DNAT, so that a Service with endpoints is a pod to them. */
const hooks = (dropInvalid: boolean) => `${chain('filter-input', [
  'type filter hook input priority filter',
  'ct state new jump nodeport-endpoints-check',
  'ct state new jump service-endpoints-check',
])}
${chain('filter-forward', [
  'type filter hook forward priority filter',
  ...(dropInvalid ? ['ct state invalid counter drop'] : []), // kube-proxy has no such rule
  'ct state new jump service-endpoints-check',
  'ct state new jump cluster-ips-check',
])}
${chain('filter-output', [
  'type filter hook output priority filter',
  'ct state new jump service-endpoints-check',
  'ct state new jump cluster-ips-check',
])}
${chain('nat-prerouting', ['type nat hook prerouting priority dstnat', 'jump services'])}
${chain('nat-output', ['type nat hook output priority -100', 'jump services'])}
${chain('nat-postrouting', ['type nat hook postrouting priority srcnat', 'jump masquerading'])}`

const toThere = 'meta l4proto . th dport vmap'
const dispatch = (node: Node) => `${chain('service-endpoints-check', [`ip daddr . ${toThere} @no-endpoint-services`])}
${chain('nodeport-endpoints-check', [`ip daddr @nodeport-ips ${toThere} @no-endpoint-nodeports`])}
${chain('cluster-ips-check', ['ip daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"'])}
${chain('reject-chain', ['reject'])}
${chain('services', [
  `ip daddr @cluster-ips ip saddr != ${node.podRange} ${marking} comment "masquerade clusterIP traffic from outside cluster"`,
  `ip daddr . ${toThere} @service-ips`,
  `ip daddr @nodeport-ips ${toThere} @service-nodeports`,
])}`

const marking = `meta mark set meta mark or ${mark}`
const masquerading = [
  `meta mark and ${mark} != 0 meta mark set meta mark xor ${mark} masquerade fully-random`,
  'ct status dnat ip saddr . ip daddr . meta l4proto . th dport @hairpin-connections masquerade fully-random',
]

function serviceChains(front: Front): string {
  const targets = front.backends.map(({ address }, index) => `${index} : ${address} . ${front.port.targetPort}`)
  const service = chain(nftChain('service', front), [
    `meta l4proto ${front.port.protocol} dnat ip to numgen random mod ${targets.length} map { ${targets.join(', ')} }`,
  ])
  if (front.port.nodePort === undefined) return service
  return `${service}\n${chain(nftChain('external', front), [marking, `goto ${nftChain('service', front)}`])}`
}

const chain = (name: string, rules: readonly string[]) =>
  `  chain ${name} {\n${rules.map(rule => `    ${rule};\n`).join('')}  }`
const set = (name: string, type: string, elements: readonly string[]) => named('set', name, type, elements)
const map = (name: string, type: string, elements: readonly string[]) => named('map', name, type, elements)
const named = (kind: string, name: string, type: string, elements: readonly string[]) =>
  `  ${kind} ${name} { type ${type}; ${elements.length > 0 ? `elements = { ${elements.join(', ')} }; ` : ''}}`
