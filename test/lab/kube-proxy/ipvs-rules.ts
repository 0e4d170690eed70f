import { chainsOf, type Jump, type Table } from './iptables-restore.ts'
import { forwardRules, masqueradeRules } from './marked.ts'
import { type Front, frontsOf } from './names.ts'
import type { Desired, Node } from './services.ts'

/** The few iptables rules beside IPVS. kube-proxy matches with ipsets; here each member has a rule. */
export function ipvsTables({ services, dropInvalid, masqueradeMarked }: Desired, node: Node): readonly Table[] {
  const fronts = frontsOf(services)
  const addresses = [...new Set(services.map(({ address }) => address))]
  const nodePorts = fronts.flatMap(({ port: { protocol, nodePort } }) =>
    nodePort === undefined ? [] : [`-m ${protocol} -p ${protocol} --dport ${nodePort}`],
  )
  return [
    {
      name: 'filter',
      chains: chainsOf(ipvsJumps, 'filter'),
      rules: [
        ...fronts.map(front => `-A KUBE-IPVS-FILTER ${clusterIp(front)} -j RETURN`),
        // Its address is the node's own: without these any server on 0.0.0.0 would answer for it.
        ...addresses.map(
          address =>
            `-A KUBE-IPVS-FILTER -m conntrack --ctstate NEW -d ${address} -j REJECT --reject-with icmp-port-unreachable`,
        ),
        ...forwardRules(dropInvalid),
      ],
    },
    {
      name: 'nat',
      chains: [...chainsOf(ipvsJumps, 'nat'), 'KUBE-NODE-PORT', 'KUBE-MARK-MASQ'],
      rules: [
        ...(masqueradeMarked ? fronts.flatMap(hairpins) : []),
        ...fronts.map(front => `-A KUBE-SERVICES ! -s ${node.podRange} ${clusterIp(front)} -j KUBE-MARK-MASQ`),
        '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT',
        ...fronts.map(front => `-A KUBE-SERVICES ${clusterIp(front)} -j ACCEPT`),
        ...nodePorts.map(match => `-A KUBE-NODE-PORT ${match} -j KUBE-MARK-MASQ`),
        ...masqueradeRules(masqueradeMarked),
      ],
    },
  ]
}

const clusterIp = ({ name, address, port: { protocol, port } }: Front) =>
  `-m comment --comment "${name} cluster IP" -m ${protocol} -p ${protocol} -d ${address} --dport ${port}`

/** KUBE-LOOP-BACK: a pod that reaches itself through its Service. */
const hairpins = ({ name, port: { protocol, targetPort }, all }: Front) =>
  all.map(
    ({ address }) =>
      `-A KUBE-POSTROUTING -m comment --comment "${name} hairpin" -s ${address} -d ${address} -m ${protocol} -p ${protocol} --dport ${targetPort} -j MASQUERADE`,
  )

export const ipvsJumps: readonly Jump[] = [
  { table: 'filter', from: 'INPUT', to: 'KUBE-IPVS-FILTER', comment: 'kubernetes ipvs access filter' },
  { table: 'filter', from: 'FORWARD', to: 'KUBE-FORWARD', comment: 'kubernetes forwarding rules' },
  { table: 'nat', from: 'OUTPUT', to: 'KUBE-SERVICES', comment: 'kubernetes service portals' },
  { table: 'nat', from: 'PREROUTING', to: 'KUBE-SERVICES', comment: 'kubernetes service portals' },
  { table: 'nat', from: 'POSTROUTING', to: 'KUBE-POSTROUTING', comment: 'kubernetes postrouting rules' },
]
