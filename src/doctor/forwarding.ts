import { defineCheck, ok, unknown, willBite, wrong } from './check.ts'
import { isNode } from './is-node.ts'
import { interfacesOf, leadsToPods } from './interfaces.ts'
import { judgeSetting, set } from './settings.ts'

/** Without forwarding, packets of pods end here in silence: no reset, no error, `Ip.InAddrErrors` rises. */
export const forwarding = defineCheck({
  name: 'forwarding',
  judge: node =>
    judgeSetting(node, 'net.ipv4.ip_forward', value => {
      if (value === 0 && !isNode(node))
        return unknown(
          'net.ipv4.ip_forward is 0, which is wrong on a node; but no pod, no Service and no kube-proxy is seen here',
        )
      if (value === 0)
        return wrong('net.ipv4.ip_forward is 0: packets from and to pods are dropped in silence', [
          ...set('net.ipv4.ip_forward', 1),
          '# whatever set it to 0 (a network restart, a hardening profile) will do so again',
        ])
      const off = interfacesOf(node).filter(({ forwards }) => !forwards)
      const pods = off.filter(({ name }) => leadsToPods(name))
      const fix = off.flatMap(({ name }) => set(`net.ipv4.conf.${name.replaceAll('.', '/')}.forwarding`, 1))
      if (pods.length > 0)
        return wrong(`forwarding is off for ${named(pods)}: packets from there are dropped in silence`, fix)
      if (off.length > 0)
        return willBite(`forwarding is off for ${named(off)}: what comes in there reaches no pod`, fix)
      return ok('net.ipv4.ip_forward is 1, and no interface says otherwise')
    }),
})

const most = 4

function named(interfaces: readonly { readonly name: string }[]): string {
  const names = interfaces.slice(0, most).map(({ name }) => name)
  const more = interfaces.length - names.length
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ')
}
