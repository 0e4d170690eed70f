import type { VirtualService } from '../evidence/ipvs/facts.ts'
import { ipvs } from '../evidence/ipvs/facts.ts'
import { kubeProxy } from '../evidence/kube-proxy/facts.ts'
import { natRules } from '../evidence/nat-rules/facts.ts'
import { type Finding, type Node, ok, untold } from './check.ts'

/** How Services are made here: kube-proxy's own word, or what its rules look like. */
export function modeOf(node: Node): string | undefined {
  const mode = node.now(kubeProxy)?.mode
  if (mode !== undefined) return mode
  if ((node.now(ipvs)?.services.length ?? 0) > 0) return 'ipvs'
  const rules = node.now(natRules)
  if (!rules?.serviceRules) return undefined
  return rules.through === 'nft' ? 'nftables' : 'iptables'
}

/** Judges the virtual services of IPVS, where it is used at all. */
export function judgeIpvs(node: Node, judge: (services: readonly VirtualService[]) => Finding): Finding {
  const told = node.now(ipvs)
  if (told && told.services.length > 0) return judge(told.services)
  if (told || node.why(ipvs).startsWith('no IPVS')) return ok('IPVS is not used here')
  const mode = node.now(kubeProxy)?.mode
  return mode !== undefined && mode !== 'ipvs' ? ok(`kube-proxy works in ${mode} mode`) : untold(node, ipvs)
}
