import { atLeast, between, client, exactly, kernel, none, only, servers } from '../proof.ts'
import { direct, held } from '../probes.ts'
import { addressOf, longholdService } from '../cluster/places.ts'
import type { Scenario } from '../scenario.ts'

const each = 5
/** Longer than two sweeps are apart (10 s), so that one sees it before it is dead. */
const keepalive = { idle: '2s', interval: '1s', count: 11 }
const again = { reconnect: { base: '500ms', cap: '1s' } }
const cohorts = ['kept', 'asking', 'impatient', 'over-http']

export const blackHole: Scenario = {
  name: 'black-hole',
  verdict: 'black-hole',
  summary: 'a node swallows every packet without a word, until it is healed',
  means:
    'A firewall, a withdrawn route, a hung node: no RST, no ICMP, no FIN to either side. Both ends believe the connection is open until a deadline, keepalive or TCP_USER_TIMEOUT says otherwise; set keepalive on the server too, or it keeps what is dead. Once packets pass again everything is held again.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv0', 'srv1', 'srv2', 'ext'], spare: ['srv0'], server: { 'tcp-hold': { keepalive } } },
  probes: [
    held('kept', each, '5m', { keepalive, deadline: '3s', ...again }),
    held('asking', each, '3s', { deadline: '9s', ...again }),
    held('impatient', each, '3s', { deadline: '9s', userTimeout: '3s', ...again }),
    {
      ...held('over-http', each, '3s', { deadline: '3s', ...again }),
      kind: 'http-hold',
      to: `${longholdService}:7001`,
    },
    direct('neighbour', each, '1s', ['srv0']),
    held('elsewhere', each, '1s', { path: 'pod', to: addressOf('ext') }),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.breaks('nodeb swallows every packet', async () => {
      await lab.on('nodeb', 'nft add table ip hole')
      await lab.on('nodeb', 'nft add chain ip hole in { type filter hook prerouting priority -400 ; policy drop ; }')
    })
    await lab.until('the clients gave all up', ({ client }) =>
      cohorts.every(cohort => client.ended({ cohort, phase: ['idle', 'exchange'] }).length >= each),
    )
    await lab.until('the servers too', ({ servers }) => servers.ended({ cohort: 'kept' }).length >= each)
    await lab.heals('packets pass again', () => lab.on('nodeb', 'nft delete table ip hole'))
    await lab.until('all are held again', ({ client }) =>
      cohorts.every(cohort => client.opened({ cohort }).length >= 2 * each),
    )
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client(
      'keepalive finds it in the silence, with all its probes',
      ({ client }) =>
        client
          .ended({ cohort: 'kept', fate: 'timeout', phase: 'idle', code: 'ETIMEDOUT read' })
          .filter(
            ({ tcpInfo, exchanges }) => tcpInfo?.probes === keepalive.count && tcpInfo.unacked === 0 && !exchanges,
          ),
      exactly(each),
    ),
    client(
      'after its idle time and all its probes, ms',
      ({ client }) => Math.min(...client.ended({ cohort: 'kept', phase: 'idle' }).map(({ idleMs }) => idleMs)),
      between(12_500, 20_000),
    ),
    servers(
      'so does the servers’ own, set on the listening socket',
      ({ servers }) =>
        servers
          .ended({ cohort: 'kept', fate: 'timeout', phase: 'idle', code: 'ETIMEDOUT read' })
          .filter(({ tcpInfo }) => tcpInfo?.probes === keepalive.count),
      exactly(each),
    ),
    client(
      'without, the question meets its deadline, on a connection the kernel calls established',
      ({ client }) =>
        client
          .ended({ cohort: 'asking', fate: 'timeout', phase: 'exchange', code: 'DEADLINE' })
          .filter(({ tcpInfo }) => tcpInfo?.state === 1 && tcpInfo.unacked > 0 && tcpInfo.backoff > 0),
      exactly(each),
    ),
    client(
      'with a user timeout the kernel gives up first',
      ({ client }) =>
        client
          .ended({ cohort: 'impatient', fate: 'timeout', phase: 'exchange', code: 'ETIMEDOUT read' })
          .filter(({ tcpInfo }) => (tcpInfo?.totalRetrans ?? 0) > 0),
      exactly(each),
    ),
    client(
      'over HTTP it is the same fate',
      ({ client }) =>
        client
          .ended({ cohort: 'over-http', fate: 'timeout', phase: 'exchange', code: 'DEADLINE' })
          .filter(({ tcpInfo }) => tcpInfo?.state === 1),
      exactly(each),
    ),
    client(
      'connects time out meanwhile',
      ({ client }) =>
        client
          .before('healed')
          .ended({ cohort: 'over-http', phase: 'connect' })
          .map(({ fate }) => fate),
      only('timeout'),
    ),
    client(
      'the sweep saw keepalives unanswered before',
      ({ client }) => client.swept({ cohort: 'kept', connections: each, probing: each }),
      atLeast(1),
    ),
    client(
      'and retransmits back off',
      ({ client }) => client.swept({ cohort: 'asking', connections: each, backingOff: each }),
      atLeast(1),
    ),
    client('other nodes are well', ({ client }) => client.ended({ cohort: ['neighbour', 'elsewhere'] }), none),
    client('nobody is reset', ({ client }) => client.ended({ fate: 'reset' }), none),
    kernel(
      'no counter of conntrack tells',
      ({ rose }) => rose('nodea', 'conntrack drop') + rose('nodeb', 'conntrack drop'),
      none,
    ),
  ],
}
