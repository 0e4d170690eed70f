import { defineCheck, ok, willBite } from './check.ts'
import { judgeSetting, set } from './settings.ts'

const name = 'net.netfilter.nf_conntrack_tcp_loose'

/** Without it a connection that conntrack does not know is never picked up again: its packets are INVALID, and dropped in silence. */
export const loose = defineCheck({
  name: 'loose',
  judge: node =>
    judgeSetting(node, name, value =>
      value === 0
        ? willBite(
            `${name} is 0: a connection that conntrack forgot hangs in silence, in place of a reset`,
            set(name, 1),
          )
        : ok(`${name} is ${value}: a connection in midstream is picked up`),
    ),
})
