import { defineCheck, ok, willBite } from './check.ts'
import { judgeIpvs } from './proxying.ts'
import { judgeSetting, set } from './settings.ts'

const name = 'net.ipv4.vs.expire_nodest_conn'

/** With it, a connection whose destination was removed is reset at its next word; without it, its packets are dropped in silence. */
export const ipvsExpireNodest = defineCheck({
  name: 'ipvs-expire-nodest',
  judge: node =>
    judgeIpvs(node, () =>
      judgeSetting(node, name, value =>
        value === 0
          ? willBite(`${name} is 0: connections to a destination that is removed hang in silence`, set(name, 1))
          : ok(`${name} is ${value}`),
      ),
    ),
})
