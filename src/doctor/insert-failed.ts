import { conntrack } from '../evidence/conntrack/facts.ts'
import { rise } from '../evidence/conntrack/rise.ts'
import { defineCheck, ok, unknown, untold, willBite, wrong } from './check.ts'

/** Two flows wanted the same place: the packet that came second was dropped, which costs a connect one second and a question five. */
export const insertFailed = defineCheck({
  name: 'insert-failed',
  judge(node) {
    const [first, last] = [node.before(conntrack), node.now(conntrack)]
    if (!first || !last) return untold(node, conntrack)
    const total = last.counters['insert_failed']
    if (total === undefined)
      return unknown("conntrack's counters cannot be read: it takes CAP_NET_ADMIN and conntrack-tools")
    const now = rise(first.counters, last.counters)['insert_failed'] ?? 0
    if (now > 0) return wrong(`${now} packets lost a race for their conntrack entry within a second`, fix)
    if (total > 0)
      return willBite(`${total} packets lost a race for their conntrack entry since the counters began`, fix)
    return ok('no packet ever lost a race for its conntrack entry')
  },
})

const fix = [
  '# masquerade from random source ports: kube-proxy does so by itself where iptables can (1.6.2); the network plugin: --random-fully',
  '# resolvers in pods: "options single-request-reopen", or a DNS cache on each node',
]
