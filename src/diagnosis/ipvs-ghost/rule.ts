import { defineRule } from '../rule.ts'
import { family } from './family.ts'
import { tcp } from './tcp.ts'
import { udp } from './udp.ts'

export const ipvsGhost = defineRule({
  name: 'ipvs-ghost',
  title: 'a real server of weight 0 is dead, and what it held still goes there',
  family: 'stale-flow',
  judge: of => [...tcp(of), ...udp(of), ...family(of)],
})
