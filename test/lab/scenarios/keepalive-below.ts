import { about, atLeast, client, kernel, none, servers } from '../proof.ts'
import { held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 30

export const keepaliveBelow: Scenario = {
  name: 'keepalive-below',
  verdict: 'conntrack-expiry',
  summary: 'keepalive below the conntrack timeout: the connection survives',
  means:
    'Each keepalive probe and its answer cross the node and give the entry its full time again. Only the idle time matters for that: the first probe must leave before the node forgets.',
  modes: ['iptables', 'nftables'],
  cluster: { memory: { tcp: 3 } },
  probes: [
    held('kept', each, '6s', { keepalive: { idle: '1s', interval: '1s', count: 5 } }),
    held('silent', each, '6s'),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until(
      'the silence is over',
      ({ client }) => client.exchanged().length + client.ended().length >= 2 * each,
    )
  },

  proofs: [
    client(
      'every connection with keepalive survives',
      ({ client }) => client.exchanged({ cohort: 'kept' }),
      atLeast(each),
    ),
    client('none is lost', ({ client }) => client.ended({ cohort: 'kept' }), none),
    servers('none there', ({ servers }) => servers.ended({ cohort: 'kept' }), none),
    client(
      'half of those without are reset',
      ({ client }) => client.ended({ cohort: 'silent', fate: 'reset', phase: 'exchange' }),
      about(each, 1 / 2),
    ),
    kernel('the client’s kernel sent probes', ({ rose }) => rose('client', 'TcpExt TCPKeepAlive'), atLeast(3 * each)),
  ],
}
