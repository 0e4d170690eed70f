import { about, atLeast, client, exactly, kernel, ledger, none, only, servers } from '../proof.ts'
import { direct, held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 40
const reset = { cohort: 'silent', fate: 'reset', phase: 'exchange' } as const

export const conntrackExpiry: Scenario = {
  name: 'conntrack-expiry',
  summary: 'conntrack forgets an idle connection; two servers, the client speaks first',
  means:
    'The node forgot the connection during its silence. The next packet is a new flow to it and may go to another pod, which has never heard of the connection: RST. No kernel counter moves, and the server still believes the connection is open. Keepalive below the timeout prevents it.',
  modes: ['iptables', 'nftables'],
  cluster: { memory: { tcp: 2 } },
  probes: [held('silent', each, '4s'), direct('direct', each, '4s', ['srv1', 'srv2'])],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until(
      'the first silence is over',
      ({ client }) => client.exchanged().length + client.ended().length >= 2 * each,
    )
    await lab.looks('after the silence')
  },

  proofs: [
    client(
      'half are reset by their first word: the node picks one of two servers anew',
      ({ client }) => client.ended(reset),
      about(each, 1 / 2),
    ),
    client('each with this word', ({ client }) => client.ended(reset).map(({ code }) => code), only('ECONNRESET read')),
    client(
      'straight to the pods the same silence kills nothing',
      ({ client }) => client.ended({ cohort: 'direct' }),
      none,
    ),
    servers('see nothing of it', ({ servers }) => servers.faults(), none),
    ledger(
      'still calls every reset connection open',
      sight => {
        const ids = new Set(sight.client.ended(reset).map(({ id }) => id))
        return sight
          .ledger('after the silence')
          .filter(({ id }) => ids.has(id))
          .map(({ state }) => state)
      },
      only('open'),
    ),
    kernel(
      'no counter of conntrack tells of it',
      ({ rose }) =>
        rose('nodea', 'conntrack drop') + rose('nodea', 'conntrack insert_failed') + rose('nodea', 'conntrack invalid'),
      exactly(0),
    ),
    kernel(
      'only the client’s own kernel counts the resets',
      ({ rose }) => rose('client', 'Tcp EstabResets'),
      atLeast(1),
    ),
  ],
}
