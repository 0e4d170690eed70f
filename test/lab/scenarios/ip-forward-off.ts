import { addressOf } from '../cluster/places.ts'
import { atLeast, client, exactly, kernel, none, only, servers } from '../proof.ts'
import { direct, echo, held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 10
const asking = { cohort: 'asking', fate: 'timeout', code: 'DEADLINE', planned: false } as const

export const ipForwardOff: Scenario = {
  name: 'ip-forward-off',
  verdict: 'forwarding-off',
  summary: 'a network restart leaves ip_forward=0 on the client’s node, until somebody puts it back',
  means:
    'The node stops carrying packets between its pods and everybody else, and says nothing: no RST, no ICMP. All pods of one node, all protocols, at one moment, while pods of the same node still reach each other. Only "Ip InAddrErrors" counts it. Who has a deadline notices; a silent connection does not, and goes on once forwarding is back.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv0', 'srv1', 'srv2'], spare: ['srv0'] },
  probes: [
    held('asking', each, '1500ms', { deadline: '2s', reconnect: { base: '300ms', cap: '300ms' } }),
    held('silent', each, '10s', { deadline: '8s' }),
    direct('neighbour', each, '1s', ['srv0']),
    echo('echo'),
    echo('echo-neighbour', { to: addressOf('srv0') }),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until('all is well', ({ client }) => client.exchanged({ cohort: 'asking' }).length >= each)
    await lab.breaks('nodea’s network was restarted: ip_forward=0', () =>
      lab.on('nodea', 'sysctl -qw net.ipv4.ip_forward=0'),
    )
    await lab.until(
      'questions and connects met their deadline',
      ({ client }) => client.ended({ ...asking, phase: 'connect' }).length >= each,
    )
    await lab.heals('ip_forward=1', () => lab.on('nodea', 'sysctl -qw net.ipv4.ip_forward=1'))
    await lab.until(
      'everything is as before',
      ({ client }) =>
        client.opened({ cohort: 'asking' }).length >= 2 * each && client.exchanged({ cohort: 'silent' }).length >= each,
    )
    await lab.until(
      'answers come again',
      ({ client }) => client.since('healed', settled).asked({ probe: 'echo', fate: 'ok' }).length >= 8,
    )
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client(
      'every question on an open connection meets its deadline, nothing acknowledged',
      ({ client }) =>
        client.ended({ ...asking, phase: 'exchange' }).filter(({ tcpInfo }) => (tcpInfo?.unacked ?? 0) > 0),
      exactly(each),
    ),
    client(
      'new connects time out',
      ({ client }) => client.before('healed').ended({ ...asking, phase: 'connect' }),
      atLeast(each),
    ),
    client(
      'in UDP every question is lost, from whatever port',
      ({ client }) =>
        client
          .since('broken', settled)
          .before('healed')
          .undisturbed({ probe: 'echo' })
          .map(({ fate, mode }) => `${mode} ${fate}`),
      only('fresh timeout', 'pinned timeout'),
    ),
    client(
      'a pod on the same node is reached all the time',
      ({ client }) => client.ended({ cohort: 'neighbour' }),
      none,
    ),
    client(
      'by UDP too',
      ({ client }) => client.undisturbed({ probe: 'echo-neighbour' }).map(({ fate }) => fate),
      only('ok'),
    ),
    client('who was silent noticed nothing', ({ client }) => client.ended({ cohort: 'silent' }), none),
    client(
      'afterwards every question is answered',
      ({ client }) =>
        client
          .since('healed', settled)
          .undisturbed()
          .map(({ fate }) => fate),
      only('ok'),
    ),
    client(
      'and all connections are held again',
      ({ client }) => client.opened({ cohort: 'asking' }),
      atLeast(2 * each),
    ),
    servers('none is reset meanwhile', ({ servers }) => servers.before('healed').ended({ fate: 'reset' }), none),
    kernel(
      'the node counts each packet as InAddrErrors',
      ({ rose }) => rose('nodea', 'Ip InAddrErrors', ['started', 'healed']),
      atLeast(2 * each),
    ),
    kernel('the other node does not', ({ rose }) => rose('nodeb', 'Ip InAddrErrors'), none),
    kernel('conntrack drops nothing', ({ rose }) => rose('nodea', 'conntrack drop'), none),
    kernel(
      'forwarding is off',
      ({ lines }) => lines('nodea', 'sysctl', 'broken', 'net.ipv4.ip_forward = 0'),
      exactly(1),
    ),
  ],
}

/** After this long, ms, no question is under way that was asked before: its timeout is a second. */
const settled = 2000
