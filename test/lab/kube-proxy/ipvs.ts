import { chainsOf, jumping, restored } from './iptables-restore.ts'
import { ipvsJumps, ipvsTables } from './ipvs-rules.ts'
import { ipvsSync } from './ipvs-sync.ts'
import type { Proxy } from './services.ts'
import { setsSysctls } from './sysctls.ts'

/** kube-proxy's IPVS mode: a virtual server for each port, its address on the dummy device kube-ipvs0. */
export const ipvs: Proxy = {
  mode: 'ipvs',
  setUp: (_, { ipvsSysctls = 'kube-proxy' }) => [
    setsSysctls(),
    // Without -e: a kernel without ip_vs is an error. Others are left alone, conn_reuse_mode from Linux 5.9 on.
    ...(ipvsSysctls === 'kube-proxy' ? [{ argv: ['sysctl', '-qw', ...vsSysctls] } as const] : []),
    { argv: ['sh', '-c', 'ip link show kube-ipvs0 >/dev/null 2>&1 || ip link add kube-ipvs0 type dummy'] },
    ...jumping(ipvsJumps),
  ],
  sync: (desired, node) => [...jumping(ipvsJumps), restored(ipvsTables(desired, node)), ipvsSync(desired, node)],
  // The addresses stay where they are: what is sent to them ends on the node.
  flush: () => [
    { argv: ['ipvsadm', '--clear'] },
    restored((['filter', 'nat'] as const).map(name => ({ name, chains: chainsOf(ipvsJumps, name), rules: [] }))),
  ],
}

const vsSysctls = [
  'net.ipv4.vs.conntrack=1',
  'net.ipv4.vs.expire_nodest_conn=1',
  'net.ipv4.vs.expire_quiescent_template=1',
]
