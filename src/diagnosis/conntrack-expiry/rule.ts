import { forgottenFlow } from '../forgotten-flow.ts'
import { conntrackMemory } from '../memory.ts'
import { defineRule } from '../rule.ts'
import { sceneOf } from '../scene.ts'
import { type Forgetter, serverFirst } from '../server-first.ts'
import { clientFirst } from './client-first.ts'
import { isContradicted } from './contradicted.ts'
import { remedy } from './remedy.ts'

const conntrack: Forgetter = {
  name: 'conntrack',
  by: 'rules',
  memory: conntrackMemory,
  clientFirst,
  remedy,
  other: { 'ipvs-expiry': 'the node translates this address by its rules, not by IPVS' },
  node: 'the timeout of conntrack (nf_conntrack_tcp_timeout_established)',
}

/** It tells the family, too, where nobody can say which of its mechanisms it was. */
export const conntrackExpiry = defineRule({
  name: 'conntrack-expiry',
  title: 'conntrack forgot an idle connection',
  family: 'forgotten-flow',
  isRefuted: isContradicted,
  judge: of => [
    ...(isContradicted(of) ? [] : [...clientFirst(of), ...serverFirst(of, conntrack)]),
    ...forgottenFlow(sceneOf(of, 'translated', 'word'), 'conntrack or IPVS on the node, a flush, or a middlebox'),
    ...forgottenFlow(sceneOf(of, 'translated', 'theirs'), 'conntrack or IPVS on the node; the server spoke first'),
  ],
})
