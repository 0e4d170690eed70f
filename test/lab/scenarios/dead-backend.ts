import { addressOf } from '../cluster/places.ts'
import { only, someOf } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import { dead, deadBackend } from './one-dead-of-two.ts'

export const deadBackendSilent: Scenario = deadBackend({
  name: 'dead-backend-silent',
  summary: 'one of two servers is gone but still in the rules, and its address leads nowhere',
  means:
    'The node goes on to send every second new connection and question into nothing: 1/N of everything new times out, from whatever port. A port that met a live server stays with it and never fails, one that met the dead server always does. Where the last node knows that nobody is there (ARP fails), TCP says EHOSTUNREACH within three seconds. Look for an endpoint that no pod has.',
  dies: lab => lab.on('nodeb', `ip route add blackhole ${addressOf(dead)}`),
  newConnections: 'timeout DEADLINE',
  openConnections: only('timeout in exchange'),
  questions: only('timeout'),
})

export const deadBackendRefusing: Scenario = deadBackend({
  name: 'dead-backend-refusing',
  summary: 'the process of one of two servers is gone, the pod lives and is still in the rules',
  means:
    'The pod’s own kernel refuses: 1/N of new connections fail at once with ECONNREFUSED, from whatever port, and the same share of questions. It may send few ICMP errors to one address, so of the questions most time out instead. A readiness probe would take such a pod out of the rules.',
  dies: lab => lab.kills(dead),
  newConnections: 'refused ECONNREFUSED connect',
  // who had just spoken meets its end in the exchange
  openConnections: someOf('closed in idle', 'closed in exchange', 'reset in exchange'),
  // All ports share what it may send: which of them hears of it is luck.
  questions: only('refused', 'timeout'),
})
