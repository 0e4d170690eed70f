import { natRules } from '../evidence/nat-rules/facts.ts'
import { defineCheck, ok, unknown, untold, willBite } from './check.ts'

/** Without it, two pods that talk to one server from the same source port race for it: the loser's SYN is lost, and its connect takes a second. */
export const randomFully = defineCheck({
  name: 'random-fully',
  judge(node) {
    const rules = node.now(natRules)
    if (!rules) return untold(node, natRules)
    const bare = rules.masquerades.filter(each => each.randomFully === false)
    if (bare.length > 0) return willBite(`masqueraded without --random-fully: ${bare[0]?.text ?? ''}`, fix)
    if (rules.masquerades.length === 0 && rules.masqueradesMarked !== true) return ok('nothing is masqueraded')
    if (rules.randomFully === undefined) return unknown('whether source ports are chosen at random cannot be told')
    return rules.randomFully
      ? ok('source ports are chosen at random')
      : willBite('what is masqueraded keeps its source port, or the next that is free: connects race for it', fix)
  },
})

const fix = [
  '# the network plugin sets it: FELIX_IPTABLESRANDOMFULLY, AWS_VPC_K8S_CNI_RANDOMIZESNAT=prng, flannel from 0.11',
  'iptables -t nat -S POSTROUTING | grep -- MASQUERADE  # add --random-fully',
]
