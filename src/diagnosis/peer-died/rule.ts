import { fallenOf } from '../fallen.ts'
import { defineRule } from '../rule.ts'
import { died } from './died.ts'

export const peerDied = defineRule({
  name: 'peer-died',
  title: 'a server is gone without a word',
  family: 'ended',
  judge: of => fallenOf(of).flatMap(fallen => died(of, fallen)),
})
