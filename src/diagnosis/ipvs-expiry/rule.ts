import { defineRule } from '../rule.ts'
import { clientFirst } from './client-first.ts'
import { serverFirst } from './server-first.ts'

export const ipvsExpiry = defineRule({
  name: 'ipvs-expiry',
  title: 'IPVS forgot an idle connection',
  family: 'forgotten-flow',
  judge: of => [...clientFirst(of), ...serverFirst(of)],
})
