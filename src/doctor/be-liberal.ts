import { natRules } from '../evidence/nat-rules/facts.ts'
import { defineCheck, ok, unknown, untold, willBite } from './check.ts'
import { modeOf } from './proxying.ts'
import { judgeSetting, set } from './settings.ts'

const name = 'net.netfilter.nf_conntrack_tcp_be_liberal'

/**
 * A packet out of the window is INVALID, and not translated back: its receiver resets the connection (kubernetes#74839).
 * In iptables mode kube-proxy drops such packets; in nftables mode it does not, and relies on this setting (kubernetes#122663).
 */
export const beLiberal = defineCheck({
  name: 'be-liberal',
  judge: node =>
    judgeSetting(node, name, value => {
      if (value !== 0) return ok(`${name} is ${value}: a late packet is translated like any other`)
      const rules = node.now(natRules)
      const mode = modeOf(node)
      const dropped = rules?.invalidDrop
      if (dropped) return ok(`${name} is 0, and a rule drops INVALID packets`)
      if (mode === undefined && rules) return ok(`${name} is 0, and no rules of Services are here`)
      if (mode === undefined) return untold(node, natRules)
      if (mode !== 'nftables' && dropped === undefined)
        return unknown(`${name} is 0 in ${mode} mode; whether a rule drops INVALID packets cannot be told`)
      return willBite(
        `${name} is 0, and no rule drops INVALID packets (${mode} mode): a late packet resets its connection`,
        [...set(name, 1), '# kube-proxy sets it at its start: conntrack: {tcpBeLiberal: true}'],
      )
    }),
})
