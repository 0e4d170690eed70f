import { defineRule } from '../rule.ts'
import { hairpin } from './hairpin.ts'
import { outward } from './outward.ts'
import { oldGoOn } from './family.ts'

export const snatMissing = defineRule({
  name: 'snat-missing',
  title: 'the node does not translate the source of what leaves',
  family: 'lost-nat',
  judge: of => {
    const seen = [...outward(of), ...hairpin(of)]
    return seen.length > 0 ? seen : oldGoOn(of)
  },
})
