import { about, atLeast, client, exactly, kernel, ledger, none, only, servers } from '../proof.ts'
import { again, direct, held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 40
const inFirst = { cohort: ['silent', 'kept', 'direct'] } as const
/** In the first silence: a second one may be over before all is seen. */
const reset = { cohort: 'silent', fate: 'reset', phase: 'exchange', zombie: false, exchanges: 0 } as const

export const conntrackExpiry: Scenario = {
  name: 'conntrack-expiry',
  verdict: 'conntrack-expiry',
  summary: 'conntrack forgets an idle connection; two servers, the client speaks first',
  means:
    'The node forgot the connection during its silence. The next packet is a new flow to it and may go to another pod, which has never heard of the connection: RST. No kernel counter moves, and the server still believes the connection is open. Keepalive below the timeout prevents it.',
  modes: ['iptables', 'nftables'],
  cluster: { memory: { tcp: 2 } },
  probes: [
    held('silent', each, '4s', { deadline: '2s' }),
    held('kept', each / 2, '4s', { keepalive: { idle: '1s', interval: '1s', count: 5 } }),
    direct('direct', each, '4s', ['srv1', 'srv2']),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until(
      'the first silence is over',
      ({ client }) => client.exchanged(inFirst).length + client.ended(inFirst).length >= 2.5 * each,
    )
    await lab.looks('after the silence')
    await lab.until(
      'the servers have missed their clients, and asked',
      ({ client, servers }) => servers.ended({ zombie: true }).length >= client.ended(reset).length,
    )
  },

  remedy: {
    says: 'the nodes remember for 10 minutes',
    probes: [again(8, '4s', { deadline: '2s' })],
    work: lab => lab.remembers({ tcp: 600 }),
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
    client('nor with keepalive below the timeout', ({ client }) => client.ended({ cohort: 'kept' }), none),
    servers('nor there', ({ servers }) => servers.ended({ cohort: 'direct' }), none),
    servers('nobody is reset there by the silence', ({ servers }) => servers.ended({ zombie: false }), none),
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
    servers(
      'find every such zombie in the end, by speaking out of turn',
      ({ client, servers }) => {
        const found = new Set(servers.ended({ cohort: 'silent', phase: 'exchange', zombie: true }).map(({ id }) => id))
        return client.ended(reset).filter(({ id }) => !found.has(id))
      },
      none,
    ),
    kernel(
      'no counter of conntrack tells of it',
      ({ rose }) =>
        ['drop', 'insert_failed', 'invalid']
          .map(name => rose('nodea', `conntrack ${name}`, ['started', 'after the silence']))
          .reduce((sum, each) => sum + each),
      exactly(0),
    ),
    kernel(
      'only the client’s own kernel counts the resets',
      ({ rose }) => rose('client', 'Tcp EstabResets'),
      atLeast(1),
    ),
  ],
}
