import { defineRule } from '../rule.ts'
import { answersOn } from './answers-on.ts'
import { endpoint } from './endpoint.ts'
import { family } from './family.ts'
import { nodePort } from './node-port.ts'

export const udpStaleEntry = defineRule({
  name: 'udp-stale-entry',
  title: 'a stale conntrack entry leads a UDP port to nobody',
  family: 'stale-flow',
  judge: of => [...endpoint(of), ...answersOn(of), ...nodePort(of), ...family(of)],
})
