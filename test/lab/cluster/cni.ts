import { cniCommands, type Masquerading } from '../kube-proxy/cni.ts'
import type { Mode } from '../seen/incident.ts'
import { type NodeName, nodes, podRange } from './places.ts'
import { runOn } from './processes.ts'

/** The network plugin of the cluster, and Docker beside it, as far as they masquerade. */
export interface Cni {
  /** Changes what is masqueraded, on both nodes or on one; the rest of it stays as it is. */
  masquerades(change: Partial<Masquerading>, node?: NodeName): Promise<void>
}

/** `bridge`: containers on nodea have a bridge network of their own. */
export async function cni(mode: Mode, bridge: boolean): Promise<Cni> {
  const wanted = new Map<NodeName, Masquerading>([
    ['nodea', { podEgress: true, bridge }],
    ['nodeb', { podEgress: true, bridge: false }],
  ])
  async function sync(node: NodeName, masquerading: Masquerading): Promise<void> {
    wanted.set(node, masquerading)
    const { address, podRange: nodePodRange } = nodes[node]
    for (const { argv, stdin } of cniCommands(mode, masquerading, { address, podRange, nodePodRange, bridge: 'cni0' }))
      await runOn(node, argv, stdin === undefined ? {} : { stdin })
  }
  const masquerades: Cni['masquerades'] = async (change, only) => {
    const chosen = [...wanted].filter(([node]) => only === undefined || node === only)
    await Promise.all(chosen.map(([node, now]) => sync(node, { ...now, ...change })))
  }
  await masquerades({})
  return { masquerades }
}
