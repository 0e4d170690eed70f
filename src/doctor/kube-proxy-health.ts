import { type KubeProxy, kubeProxy } from '../evidence/kube-proxy/facts.ts'
import { natRules } from '../evidence/nat-rules/facts.ts'
import { defineCheck, type Finding, ok, unknown, untold, willBite, wrong } from './check.ts'

/** It syncs at least once an hour, however little changes; ten minutes more are patience, ms. */
const oldMs = 70 * 60_000

/** What nobody keeps up to date was right once. */
export const kubeProxyHealth = defineCheck({
  name: 'kube-proxy',
  judge(node) {
    const proxy = node.now(kubeProxy)
    const rules = node.now(natRules)?.serviceRules
    if (!proxy)
      return rules === true ? unknown(`rules of Services are here; ${node.why(kubeProxy)}`) : untold(node, kubeProxy)
    return judged(proxy, node.at, rules === true)
  },
})

function judged(
  { reachable, healthy, running, mode, version, lastSyncAt }: KubeProxy,
  at: number,
  hasRules: boolean,
): Finding {
  const who = ['kube-proxy', version, mode === undefined ? '' : `(${mode})`].filter(Boolean).join(' ')
  if (healthy === false) return wrong(`${who} says of itself that it does not keep up with its rules`, look)
  if (running === false && hasRules)
    return wrong('rules of Services are here, and no kube-proxy runs: nobody keeps them up to date', look)
  if (running === false && !reachable) return ok('no kube-proxy runs here, and no rules of Services are')
  if (!reachable)
    return unknown(
      running === true
        ? 'kube-proxy runs, and does not answer on port 10249'
        : 'kube-proxy does not answer on port 10249',
      look,
    )
  if (lastSyncAt === undefined) return ok(`${who} answers`)
  const ageMs = Math.max(0, at - lastSyncAt)
  const says = `${who} wrote its rules ${Math.round(ageMs / 1000)} s ago`
  return ageMs > oldMs ? willBite(`${says}: it does not seem to keep up`, look) : ok(says)
}

const look = [
  'kubectl -n kube-system get pods -l k8s-app=kube-proxy -o wide',
  'kubectl -n kube-system logs -l k8s-app=kube-proxy --tail 50',
  'curl -s http://127.0.0.1:10256/healthz',
]
