import { client, exactly, ledger, none, only, servers } from '../proof.ts'
import { again, direct, held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 30

export const conntrackExpiryServerFirst: Scenario = {
  name: 'conntrack-expiry-server-first',
  verdict: 'conntrack-expiry',
  summary: 'conntrack forgets an idle connection; the server speaks first',
  means:
    'The server’s word leaves the node with the pod’s own address: the client’s kernel knows no such connection and sends RST. The server is reset every time, whatever the number of servers, and the client keeps a zombie that only its own next write can find.',
  modes: ['iptables', 'nftables'],
  cluster: { memory: { tcp: 2 } },
  probes: [
    held('server-speaks', each, '4s', { speaker: 'server', deadline: '2s' }),
    direct('direct', each, '4s', ['srv1', 'srv2'], { speaker: 'server' }),
    // Those whose client speaks first tell who forgot: a choice among servers is at work only there.
    held('silent', each, '4s', { deadline: '2s' }),
    held('kept', each / 2, '4s', { keepalive: { idle: '1s', interval: '1s', count: 5 } }),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until(
      'the servers have spoken',
      ({ servers }) =>
        servers.exchanged({ cohort: 'direct' }).length >= each &&
        servers.ended({ cohort: 'server-speaks' }).length >= each,
    )
    await lab.looks('after the silence')
    await lab.until(
      'the clients have missed their server, and asked',
      ({ client }) => client.ended({ cohort: 'server-speaks' }).length >= each,
    )
  },

  remedy: {
    says: 'the nodes remember for 10 minutes',
    probes: [
      again(8, '4s', { name: 'again-server', speaker: 'server', deadline: '2s' }),
      again(8, '4s', { deadline: '2s' }),
    ],
    work: lab => lab.remembers({ tcp: 600 }),
  },

  proofs: [
    servers(
      'every one is reset by its first word',
      ({ servers }) => servers.ended({ cohort: 'server-speaks', fate: 'reset', phase: 'exchange', zombie: false }),
      exactly(each),
    ),
    client(
      'none noticed within the second',
      ({ client, servers }) => {
        const lostAt = new Map(servers.ended({ fate: 'reset' }).map(({ id, at }) => [id, at]))
        return client.ended({ cohort: 'server-speaks' }).filter(({ id, at }) => at - (lostAt.get(id) ?? at) < 1000)
      },
      none,
    ),
    client(
      'every connection is a zombie, found by speaking out of turn',
      ({ client }) => client.ended({ cohort: 'server-speaks', fate: 'reset', phase: 'exchange', zombie: true }),
      exactly(each),
    ),
    client(
      'straight to the pods the same silence kills nothing',
      ({ client }) => client.ended({ cohort: 'direct' }),
      none,
    ),
    servers('nor there', ({ servers }) => servers.ended({ cohort: 'direct' }), none),
    ledger(
      'has them as ended while the client holds them',
      ({ ledger }) =>
        ledger('after the silence')
          .filter(({ cohort }) => cohort === 'server-speaks')
          .map(({ state }) => state),
      only('ended'),
    ),
  ],
}
