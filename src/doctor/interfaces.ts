import { sysctl } from '../evidence/sysctl/facts.ts'
import type { Node } from './check.ts'

/** Interfaces of a node by name, and whether what comes in through each is forwarded. */
export function interfacesOf(node: Node): readonly { readonly name: string; readonly forwards: boolean }[] {
  return Object.entries(node.now(sysctl) ?? {}).flatMap(([key, value]) => {
    const name = /^net\.ipv4\.conf\.(.+)\.forwarding$/.exec(key)?.[1]?.replaceAll('/', '.')
    return name === undefined || nobody.has(name) || !ordinary.test(name) ? [] : [{ name, forwards: value === 1 }]
  })
}

/** Names end up in commands: whatever else an agent tells of is none. */
const ordinary = /^[\w.@:-]{1,15}$/

/** No packet comes to be forwarded through these. */
const nobody: ReadonlySet<string> = new Set(['all', 'default', 'lo'])

/** As the network plugins name what leads to pods. */
export const leadsToPods = (name: string): boolean =>
  isPodBridge(name) || /^(veth|cali|lxc|eni|azv|gke|flannel|vxlan\.calico|tunl|cilium_|antrea-|ovn-k8s)/.test(name)

/** Bridges that pods share. `docker0` is not among them: it is there on many a node for nobody. */
export const isPodBridge = (name: string): boolean => /^(cni\d+|cbr0|kube-bridge|weave)$/.test(name)
