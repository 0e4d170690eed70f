import { ipvsMemory } from '../memory.ts'
import { defineRule } from '../rule.ts'
import { type Forgetter, serverFirst } from '../server-first.ts'
import { clientFirst } from './client-first.ts'
import { remedy } from './remedy.ts'

const ipvs: Forgetter = {
  name: 'IPVS',
  by: 'ipvs',
  memory: ipvsMemory,
  clientFirst,
  remedy,
  other: { 'conntrack-expiry': 'IPVS carries this address; conntrack’s timeout does not matter to it' },
  node: 'whether this address is a service of IPVS, and its timeout (ipvsadm -l --timeout)',
}

export const ipvsExpiry = defineRule({
  name: 'ipvs-expiry',
  title: 'IPVS forgot an idle connection',
  family: 'forgotten-flow',
  judge: of => [...clientFirst(of), ...serverFirst(of, ipvs)],
})
