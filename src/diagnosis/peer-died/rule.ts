import { defineRule } from '../rule.ts'
import { serversOf } from '../servers.ts'
import { died } from './died.ts'

export const peerDied = defineRule({
  name: 'peer-died',
  title: 'a server is gone without a word',
  family: 'ended',
  judge: of => [...serversOf(of).values()].flatMap(server => died(of, server)),
})
