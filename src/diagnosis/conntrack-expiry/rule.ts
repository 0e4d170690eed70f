import { forgottenFlow } from '../forgotten-flow.ts'
import { defineRule } from '../rule.ts'
import { sceneOf } from '../scene.ts'
import { clientFirst } from './client-first.ts'
import { serverFirst } from './server-first.ts'

export const conntrackExpiry = defineRule({
  name: 'conntrack-expiry',
  title: 'conntrack forgot an idle connection',
  family: 'forgotten-flow',
  judge: of => [
    ...clientFirst(of),
    ...serverFirst(of),
    ...forgottenFlow(sceneOf(of, 'translated', 'word'), 'conntrack or IPVS on the node, a flush, or a middlebox'),
    ...forgottenFlow(sceneOf(of, 'translated', 'theirs'), 'conntrack or IPVS on the node; the server spoke first'),
  ],
})
