import { longholdService } from '../cluster/places.ts'
import { about, atLeast, client, exactly, kernel, ledger, none, only, servers } from '../proof.ts'
import type { Scenario } from '../scenario.ts'

const each = 40
const cohort = { kind: 'tcp-hold', connections: each, idle: '4500ms', spread: '0s', reconnect: { base: '60s', cap: '60s' } }
const reset = { cohort: 'silent', fate: 'reset', phase: 'exchange' } as const

export const conntrackExpiry: Scenario = {
  name: 'conntrack-expiry',
  summary: 'conntrack forgets an idle connection, two servers, the client speaks first',
  means:
    'The node forgot the connection during its silence. The next packet is a new flow to it and may go to another pod, which has never heard of the connection: RST. No kernel counter moves, and the server still believes the connection is open. Keepalive below the timeout prevents it.',
  modes: ['iptables', 'nftables'],
  cluster: { memory: { tcp: 2 } },
  probes: [
    { ...cohort, name: 'silent', to: longholdService },
    { ...cohort, name: 'direct', path: 'pod', to: ['10.244.2.11', '10.244.2.12'], sourcePorts: { from: 20_000, to: 20_255 } },
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until('the first silence is over', ({ client }) => client.exchanged().length + client.ended().length >= 2 * each)
    await lab.looks('after the silence')
  },

  proofs: [
    client('half are reset by their first word: two servers, and the node picks anew', ({ client }) => client.ended(reset), about(each, 1 / 2)),
    client('the system’s word for it', ({ client }) => client.ended(reset).map(({ code }) => code), only('ECONNRESET read')),
    client('straight to the pods the same silence kills nothing', ({ client }) => client.ended({ cohort: 'direct' }), none),
    servers('see nothing of it', ({ servers }) => servers.before('ended').faults(), none),
    ledger(
      'still calls every reset connection open',
      sight => {
        const ids = new Set(sight.client.ended(reset).map(({ id }) => id))
        return sight.ledger('after the silence').filter(({ id }) => ids.has(id)).map(({ state }) => state)
      },
      only('open'),
    ),
    kernel('no conntrack counter tells of it', sight => sight.rose('nodea', 'conntrack drop') + sight.rose('nodea', 'conntrack insert_failed'), exactly(0)),
    kernel('the client’s own counts its resets', sight => sight.rose('client', 'Tcp EstabResets'), atLeast(1)),
  ],
}
