import { defineCheck, ok, willBite } from './check.ts'
import { judgeSetting, set, settingOf } from './settings.ts'

const single = 'net.netfilter.nf_conntrack_udp_timeout'
const stream = 'net.netfilter.nf_conntrack_udp_timeout_stream'
/** The kernel's own, s; RFC 4787 asks for two minutes. */
const usual = { single: 30, stream: 120 } as const

/** How long a silent UDP flow keeps its way back. */
export const udpTimeouts = defineCheck({
  name: 'udp-timeouts',
  judge: node =>
    judgeSetting(node, single, value => {
      const streamed = settingOf(node, stream)
      const says = `conntrack forgets a UDP question after ${value} s${streamed === undefined ? '' : `, a flow after ${streamed} s`}`
      const short = [
        ...(value < usual.single ? set(single, usual.single) : []),
        ...(streamed !== undefined && streamed < usual.stream ? set(stream, usual.stream) : []),
      ]
      return short.length > 0 ? willBite(`${says}: a late answer finds no way back`, short) : ok(says)
    }),
})
