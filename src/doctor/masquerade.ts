import { type NatRules, natRules } from '../evidence/nat-rules/facts.ts'
import { defineCheck, ok, unknown, untold, willBite, wrong } from './check.ts'

/** Who leaves under an address that nobody can answer gets no answer. */
export const masquerade = defineCheck({
  name: 'masquerade',
  judge(node) {
    const rules = node.now(natRules)
    if (!rules) return untold(node, natRules)
    if (rules.serviceRules === true && rules.masqueradesMarked === false)
      return wrong(
        "kube-proxy's own masquerading is gone: a pod that asks its own Service, and node ports, get no answer",
        [
          '# kube-proxy writes it anew when it starts',
          'kubectl -n kube-system delete pod -l k8s-app=kube-proxy --field-selector spec.nodeName=$(hostname)',
        ],
      )
    if (rules.masquerades.length > 0) return ok(`masqueraded: ${rangesOf(rules)}`)
    if (rules.unread !== undefined) return unknown(`not all rules can be read: ${rules.unread.join('; ')}`)
    if (rules.serviceRules !== true) return ok('no rule masquerades, and no Service is here that needs it')
    return willBite('no rule masquerades what pods send out of the cluster: fine only where something else does', [
      '# the network plugin does this: ipMasq in its configuration, natOutgoing in its pool, --ip-masq of its agent',
      'iptables -t nat -A POSTROUTING -s POD_RANGE ! -d POD_RANGE -j MASQUERADE --random-fully',
    ])
  },
})

const most = 4

function rangesOf({ masquerades }: NatRules): string {
  const ranges = [...new Set(masquerades.map(({ source }) => source ?? 'all'))]
  const more = ranges.length - most
  return more > 0 ? `${ranges.slice(0, most).join(', ')} and ${more} more` : ranges.join(', ')
}
