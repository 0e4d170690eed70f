import { conntrack } from '../evidence/conntrack/facts.ts'
import { rise } from '../evidence/conntrack/rise.ts'
import { defineCheck, ok, unknown, untold, willBite, wrong } from './check.ts'
import { set } from './settings.ts'

/** What happens to new flows in this second: `drop` is a flow that found no room, `early_drop` one that had to go for another. */
export const conntrackDrops = defineCheck({
  name: 'conntrack-drops',
  judge(node) {
    const [first, last] = [node.before(conntrack), node.now(conntrack)]
    if (!first || !last) return untold(node, conntrack)
    const { drop, early_drop: early = 0 } = rise(first.counters, last.counters)
    if (drop === undefined)
      return unknown("conntrack's counters cannot be read: it takes CAP_NET_ADMIN and conntrack-tools")
    const fix = last.max > 0 ? set('net.netfilter.nf_conntrack_max', 2 * last.max) : []
    if (drop > 0) return wrong(`conntrack dropped ${drop} packets of new flows within a second`, fix)
    if (early > 0)
      return willBite(`conntrack gave up ${early} unanswered flows within a second to make room for others`, fix)
    return ok(`nothing dropped within a second, ${last.counters['drop'] ?? 0} since the counters began`)
  },
})
