import { ipvs } from '../evidence/ipvs/facts.ts'
import { kubeProxy } from '../evidence/kube-proxy/facts.ts'
import { natRules } from '../evidence/nat-rules/facts.ts'
import type { Node } from './check.ts'
import { interfacesOf, leadsToPods } from './interfaces.ts'

/** Whether anything says that pods or Services are here: a laptop that does not forward is well. */
export function isNode(node: Node): boolean {
  const { reachable = false, running = false } = node.now(kubeProxy) ?? {}
  return (
    reachable ||
    running ||
    node.now(natRules)?.serviceRules === true ||
    (node.now(ipvs)?.services.length ?? 0) > 0 ||
    interfacesOf(node).some(({ name }) => leadsToPods(name))
  )
}
