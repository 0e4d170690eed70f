import { type CleanUp, cleanUpOf, cleanUpSources } from '../evidence/kube-proxy/clean-up.ts'
import { kubeProxy } from '../evidence/kube-proxy/facts.ts'
import { defineCheck, ok, unknown, untold, willBite } from './check.ts'

/** Some versions leave stale UDP entries behind, which black-hole whoever keeps its source port. */
export const kubeProxyVersion = defineCheck({
  name: 'kube-proxy-version',
  judge(node) {
    const proxy = node.now(kubeProxy)
    if (!proxy) return untold(node, kubeProxy)
    const { version, running, reachable } = proxy
    if (running === false && !reachable) return ok('no kube-proxy runs here')
    if (version === undefined) return unknown('kube-proxy does not tell its version')
    const known = cleanUpOf(version)
    if (!known) return unknown(`${version} is no version we know how to read`)
    const faults = names.filter(name => known[name] === true)
    if (faults.length === 0) return ok(`nothing bad is known of kube-proxy ${version}`)
    const says = faults.map(name => `${words[name]} (${cleanUpSources[name]})`).join('; ')
    return willBite(`kube-proxy ${version} ${says}`, [
      '# a later version of kube-proxy; until then, when a UDP client is stuck:',
      'conntrack -D -p udp --orig-dst SERVICE_IP',
    ])
  },
})

const words = {
  leavesAtZero: 'leaves UDP entries behind when the last endpoint of a Service goes',
  leavesAtDelete: 'leaves UDP entries behind when a Service is deleted',
  clearsAtStart: 'deletes all UDP entries of Services when it starts',
} as const satisfies Partial<Record<keyof CleanUp, string>>
const names = Object.keys(words) as (keyof typeof words)[] // `keys` forgets which
