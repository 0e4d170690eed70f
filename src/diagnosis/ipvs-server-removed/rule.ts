import { defineRule } from '../rule.ts'
import { byTheNode } from './by-the-node.ts'
import { byWhatWasSeen } from './by-what-was-seen.ts'

export const ipvsServerRemoved = defineRule({
  name: 'ipvs-server-removed',
  title: 'a real server was deleted under its connections',
  family: 'forgotten-flow',
  judge: of => byTheNode(of) ?? byWhatWasSeen(of),
})
