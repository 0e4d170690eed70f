import { defineRule } from '../rule.ts'
import { byTheNode } from './by-the-node.ts'
import { byWhatWasSeen } from './by-what-was-seen.ts'
import { spellsIn } from './spells.ts'

export const deadEndpoint = defineRule({
  name: 'dead-endpoint',
  title: 'a Service leads to a backend where nobody is',
  family: 'dead-backend',
  judge: of =>
    spellsIn(of).flatMap(spell => {
      if (spell.callee.way === 'direct') return []
      const proven = byTheNode(of, spell)
      return proven.length > 0 ? proven : byWhatWasSeen(of, spell)
    }),
})
