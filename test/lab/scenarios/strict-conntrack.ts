import { nodes } from '../cluster/places.ts'
import { atLeast, client, exactly, kernel, none, only, servers } from '../proof.ts'
import { again, held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 20
const died = { cohort: 'silent', fate: 'timeout', phase: 'exchange' } as const

export const strictConntrack: Scenario = {
  name: 'strict-conntrack',
  verdict: 'midstream-drop',
  summary: 'conntrack forgets an idle connection and picks nothing up mid-stream (tcp_loose=0): silence',
  means:
    'With nf_conntrack_tcp_loose=0 a packet of a forgotten connection is INVALID: dropped, or sent on to nowhere without translation. Nobody gets an answer, not even RST; an application waits for its own timeout, or some 15 minutes for the kernel’s.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1'], memory: { tcp: 2 } },
  probes: [
    held('silent', each, '4s'),
    held('kept', each, '4s', { keepalive: { idle: '1s', interval: '1s', count: 5 } }),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.breaks('nodes take no connection up mid-stream', () =>
      Promise.all(Object.keys(nodes).map(node => lab.on(node, 'sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0'))),
    )
    await lab.until(
      'every question met its deadline',
      ({ client }) => client.ended({ cohort: 'silent' }).length >= each,
    )
  },

  remedy: {
    says: 'nodes take connections up mid-stream again',
    probes: [again(each / 4, '4s')],
    work: lab =>
      Promise.all(Object.keys(nodes).map(node => lab.on(node, 'sysctl -qw net.netfilter.nf_conntrack_tcp_loose=1'))),
  },

  proofs: [
    client('every question meets its deadline', ({ client }) => client.ended(died), exactly(each)),
    client('with keepalive below the timeout none is lost', ({ client }) => client.ended({ cohort: 'kept' }), none),
    client(
      'given up by us, not by the kernel',
      ({ client }) => client.ended(died).map(({ code }) => code),
      only('DEADLINE'),
    ),
    client(
      'nothing of it was acknowledged: a black hole, not a slow server',
      ({ client }) => client.ended(died).filter(({ tcpInfo }) => (tcpInfo?.unacked ?? 0) > 0),
      exactly(each),
    ),
    servers('notice nothing by themselves', ({ servers }) => servers.ended({ zombie: false, planned: false }), none),
    kernel('conntrack counts each packet as invalid', ({ rose }) => rose('nodea', 'conntrack invalid'), atLeast(each)),
  ],
}
