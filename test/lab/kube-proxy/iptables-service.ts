import { type Backend, endpointChain, type Front, serviceChain } from './names.ts'
import type { Node } from './services.ts'

/** What one port of a Service puts into the tables. */
export interface ServiceRules {
  /** Chains of its own, in nat. */
  readonly chains: readonly string[]
  readonly nat: readonly string[]
  readonly filter: readonly string[]
}

export function rulesOf(front: Front, node: Node): ServiceRules {
  const { name, address, port, backends } = front
  const cluster = `${to(port)} -d ${address}`
  const onNode = port.nodePort === undefined ? undefined : to({ protocol: port.protocol, port: port.nodePort })
  if (backends.length === 0) {
    const refused = `-m comment --comment "${name} has no endpoints"`
    const reject = '-j REJECT --reject-with icmp-port-unreachable'
    return {
      chains: [],
      nat: [],
      filter: [
        `-A KUBE-SERVICES ${refused} ${cluster} ${reject}`,
        ...(onNode ? [`-A KUBE-EXTERNAL-SERVICES ${refused} -m addrtype --dst-type LOCAL ${onNode} ${reject}`] : []),
      ],
    }
  }
  const [chain, outside] = [serviceChain('SVC', front), serviceChain('EXT', front)]
  const clusterIp = `-m comment --comment "${name} cluster IP" ${cluster}`
  return {
    chains: serviceChains([front]),
    nat: [
      `-A KUBE-SERVICES ${clusterIp} -j ${chain}`,
      `-A ${chain} ${clusterIp} ! -s ${node.podRange} -j KUBE-MARK-MASQ`,
      ...(onNode
        ? [
            `-A KUBE-NODEPORTS -m comment --comment "${name}" ${onNode} -j ${outside}`,
            `-A ${outside} -m comment --comment "masquerade traffic for ${name} external destinations" -j KUBE-MARK-MASQ`,
            `-A ${outside} -j ${chain}`,
          ]
        : []),
      ...backends.map((backend, index) => picks(front, backend, backends.length - index)),
      ...backends.flatMap(backend => endpointRules(front, backend)),
    ],
    filter: [],
  }
}

const to = ({ protocol, port }: { readonly protocol: string; readonly port: number }) =>
  `-m ${protocol} -p ${protocol} --dport ${port}`

/** Every chain that `fronts` have in nat. */
export function serviceChains(fronts: readonly Front[]): readonly string[] {
  return fronts
    .filter(({ backends }) => backends.length > 0)
    .flatMap(front => [
      serviceChain('SVC', front),
      ...(front.port.nodePort === undefined ? [] : [serviceChain('EXT', front)]),
      ...front.backends.map(backend => endpointChain(front, backend)),
    ])
}

/** One of `left` endpoints, each as likely as the next; the last one is certain. */
function picks(front: Front, backend: Backend, left: number): string {
  const chance = left > 1 ? `-m statistic --mode random --probability ${(1 / left).toFixed(10)} ` : ''
  return `-A ${serviceChain('SVC', front)} -m comment --comment "${front.name} -> ${backend.target}" ${chance}-j ${endpointChain(front, backend)}`
}

function endpointRules(front: Front, backend: Backend): readonly string[] {
  const rule = `-A ${endpointChain(front, backend)} -m comment --comment "${front.name}"`
  const { protocol } = front.port
  return [
    `${rule} -s ${backend.address} -j KUBE-MARK-MASQ`, // a hairpin: a pod that reaches itself through its Service
    `${rule} -m ${protocol} -p ${protocol} -j DNAT --to-destination ${backend.target}`,
  ]
}
