import { longholdService } from '../cluster/places.ts'
import { about, atLeast, client, kernel, none, only } from '../proof.ts'
import { echo } from '../probes.ts'
import type { Scenario } from '../scenario.ts'
import type { Sight } from '../seen/sight.ts'

const each = 20
const to = Array.from({ length: each }, () => longholdService)

export const udpExpiry: Scenario = {
  name: 'udp-expiry',
  summary: 'conntrack forgets silent UDP ports: their next question makes a new entry, and nothing is wrong',
  means:
    'UDP has no connection to lose. A port that is silent for longer than the UDP timeout meets the rules again with its next question, and may be served by another pod then. Only who relies on reaching the same pod minds.',
  modes: ['iptables', 'nftables'],
  cluster: { memory: { udp: 2 } },
  probes: [echo('silent', { to, ports: ['pinned'], every: '7s' })],

  async stage(lab) {
    await lab.until('every port has asked', ({ client }) => client.asked().length >= each)
    await lab.passes('3s', 'entries live 2 s; the next questions come after 7 s')
    await lab.looks('silence')
    await lab.until('every port has asked again', ({ client }) => client.asked().length >= 2 * each)
  },

  proofs: [
    kernel(
      'no entry is left in the silence',
      ({ lines }) => lines('nodea', 'conntrack', 'silence', 'dport=7000'),
      none,
    ),
    client('every port asks twice or more', ({ client }) => client.asked(), atLeast(2 * each)),
    client('every question is answered', ({ client }) => client.undisturbed().map(({ fate }) => fate), only('ok')),
    client('no fault', ({ client }) => client.faults(), none),
    client('no stray answer', ({ client }) => client.strayed(), none),
    client('half are served by the other pod', moved, about(each, 1 / 2)),
  ],
}

/** Ports whose first two answers came from two pods. */
function moved({ client }: Sight) {
  const pods = Map.groupBy(client.asked(), ({ server }) => server)
  return [...pods.values()].filter(answers => new Set(answers.slice(0, 2).map(({ by }) => by)).size > 1)
}
