import { sysctl } from '../evidence/sysctl/facts.ts'
import { defineCheck, ok, untold, wrong } from './check.ts'
import { interfacesOf, isPodBridge } from './interfaces.ts'
import { set, settingOf } from './settings.ts'

const name = 'net.bridge.bridge-nf-call-iptables'

/** Between pods of one bridge packets go past the rules, unless this is on: a reply comes back untranslated. */
export const bridge = defineCheck({
  name: 'bridge',
  judge(node) {
    if (!node.now(sysctl)) return untold(node, sysctl)
    const bridges = interfacesOf(node).filter(({ name: each }) => isPodBridge(each))
    const value = settingOf(node, name)
    if (bridges.length === 0) return ok('no bridge of pods is here')
    const where = bridges.map(({ name: each }) => each).join(', ')
    if (value === 1) return ok(`${name} is 1: packets on ${where} meet the rules`)
    const says = value === undefined ? 'br_netfilter is not loaded' : `${name} is ${value}`
    return wrong(`${says}: a Service whose backend is on ${where} as well answers from the wrong address`, [
      'modprobe br_netfilter && echo br_netfilter >/etc/modules-load.d/br_netfilter.conf',
      ...set(name, 1),
      ...set('net.bridge.bridge-nf-call-ip6tables', 1),
    ])
  },
})
