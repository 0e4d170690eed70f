import { chainsOf, type Jump, jumping, restored, type Table } from './iptables-restore.ts'
import { rulesOf, serviceChains } from './iptables-service.ts'
import { forwardRules, masqueradeRules } from './marked.ts'
import { frontsOf } from './names.ts'
import type { Desired, Node, Proxy } from './services.ts'
import { setsSysctls } from './sysctls.ts'

/** kube-proxy's iptables mode: KUBE-SERVICES leads to a chain for each port, that one by chance to an endpoint, DNAT. */
export const iptables: Proxy = {
  mode: 'iptables',
  setUp: () => [setsSysctls(routeLocalnet), ...jumping(jumps)],
  // A full sync puts the jumps back when somebody took them.
  sync: (desired, node, before) => [...jumping(jumps), restored(tables(desired, node, before))],
  flush: () => [restored(['filter', 'nat'].map(name => emptied(name as Table['name'])))],
}

/** Node ports on 127.0.0.1. */
const routeLocalnet = 'net.ipv4.conf.all.route_localnet=1'

const portals = 'kubernetes service portals'
const external = 'kubernetes externally-visible service portals'
const jumps: readonly Jump[] = [
  { table: 'filter', from: 'INPUT', to: 'KUBE-EXTERNAL-SERVICES', comment: external, newOnly: true },
  { table: 'filter', from: 'FORWARD', to: 'KUBE-EXTERNAL-SERVICES', comment: external, newOnly: true },
  { table: 'filter', from: 'INPUT', to: 'KUBE-NODEPORTS', comment: 'kubernetes health check service ports' },
  { table: 'filter', from: 'FORWARD', to: 'KUBE-SERVICES', comment: portals, newOnly: true },
  { table: 'filter', from: 'OUTPUT', to: 'KUBE-SERVICES', comment: portals, newOnly: true },
  { table: 'filter', from: 'FORWARD', to: 'KUBE-FORWARD', comment: 'kubernetes forwarding rules' },
  { table: 'filter', from: 'INPUT', to: 'KUBE-FIREWALL', comment: 'kubernetes firewall' },
  { table: 'filter', from: 'OUTPUT', to: 'KUBE-FIREWALL', comment: 'kubernetes firewall' },
  { table: 'nat', from: 'OUTPUT', to: 'KUBE-SERVICES', comment: portals },
  { table: 'nat', from: 'PREROUTING', to: 'KUBE-SERVICES', comment: portals },
  { table: 'nat', from: 'POSTROUTING', to: 'KUBE-POSTROUTING', comment: 'kubernetes postrouting rules' },
]

function emptied(name: Table['name']): Table {
  const beside = name === 'nat' ? ['KUBE-NODEPORTS', 'KUBE-MARK-MASQ'] : []
  return { name, chains: [...chainsOf(jumps, name), ...beside], rules: [] }
}

function tables(desired: Desired, node: Node, before?: Desired): readonly Table[] {
  const services = frontsOf(desired.services).map(front => rulesOf(front, node))
  const chains = services.flatMap(each => each.chains)
  const gone = before ? serviceChains(frontsOf(before.services)).filter(chain => !chains.includes(chain)) : []
  return [
    {
      ...emptied('filter'),
      rules: [...services.flatMap(({ filter }) => filter), localnet, ...forwardRules(desired.dropInvalid)],
    },
    {
      ...emptied('nat'),
      chains: [...emptied('nat').chains, ...chains, ...gone], // to declare a chain empties it: it can go then
      rules: [
        ...masqueradeRules(desired.masqueradeMarked),
        ...services.flatMap(({ nat }) => nat),
        ...gone.map(chain => `-X ${chain}`),
        nodePorts,
      ],
    },
  ]
}

const nodePorts =
  '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS'
/** What route_localnet would let in (CVE-2020-8558). */
const localnet =
  '-A KUBE-FIREWALL -m comment --comment "block incoming localnet connections" -d 127.0.0.0/8 ! -s 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP'
