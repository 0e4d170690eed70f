import { conntrack } from '../evidence/conntrack/facts.ts'
import { defineCheck, ok, untold, willBite, wrong } from './check.ts'
import { set } from './settings.ts'

/** In a full table a new flow finds no room: connects and questions time out, while old connections live. */
export const conntrackTable = defineCheck({
  name: 'conntrack-table',
  judge(node) {
    const table = node.now(conntrack)
    if (!table) return untold(node, conntrack)
    const { count, max } = table
    if (max === 0) return ok(`${count} entries, and no limit`)
    const percent = Math.floor((count / max) * 100)
    const says = `${count} of ${max} conntrack entries, ${percent} %`
    const fix = [
      ...set('net.netfilter.nf_conntrack_max', 2 * max),
      "# or in kube-proxy's configuration, which sets it at its start: conntrack: {maxPerCore: ..., min: ...}",
      "conntrack -L | awk '{print $1, $4}' | sort | uniq -c | sort -rn | head  # what fills it",
    ]
    if (percent >= 95) return wrong(`${says}: new flows are about to be dropped`, fix)
    return percent >= 80 ? willBite(`${says}: a burst will fill it`, fix) : ok(says)
  },
})
