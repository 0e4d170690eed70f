import { kubeProxy } from '../evidence/kube-proxy/facts.ts'
import { natRules } from '../evidence/nat-rules/facts.ts'
import { defineCheck, ok, unknown, untold, wrong } from './check.ts'
import { modeOf } from './proxying.ts'

/** Rules that were flushed lead every Service nowhere, until kube-proxy writes them anew. */
export const serviceRules = defineCheck({
  name: 'service-rules',
  judge(node) {
    const rules = node.now(natRules)
    if (!rules) return untold(node, natRules)
    if (rules.serviceRules === true) return ok(`the rules of Services are there, read with ${rules.through}`)
    const mode = modeOf(node)
    if (mode === 'ipvs') return ok('Services are made by IPVS')
    const { reachable = false, running = false } = node.now(kubeProxy) ?? {}
    if (rules.serviceRules === undefined)
      return unknown(`not all rules can be read: ${(rules.unread ?? []).join('; ')}`)
    if (!reachable && !running) return ok('no rules of Services, and no kube-proxy')
    if (!reachable)
      return unknown('no rules of Services, but a process named kube-proxy: of this node, or of one in a container')
    return wrong('kube-proxy is here, and no rule of a Service is: every Service leads nowhere', [
      '# kube-proxy writes them anew when it starts',
      'kubectl -n kube-system delete pod -l k8s-app=kube-proxy --field-selector spec.nodeName=$(hostname)',
    ])
  },
})
