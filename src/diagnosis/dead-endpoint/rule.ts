import { defineRule } from '../rule.ts'
import { calleesOf } from '../callees.ts'
import { spellAt } from '../partly.ts'
import { byTheNode } from './by-the-node.ts'
import { byWhatWasSeen } from './by-what-was-seen.ts'

export const deadEndpoint = defineRule({
  name: 'dead-endpoint',
  title: 'A Service leads to a backend where nobody is',
  family: 'dead-backend',
  judge: of =>
    calleesOf(of).flatMap(callee => {
      const spell = callee.way === 'direct' ? undefined : spellAt(callee)
      if (!spell) return []
      const proven = byTheNode(of, spell)
      return proven.length > 0 ? proven : byWhatWasSeen(of, spell)
    }),
})
