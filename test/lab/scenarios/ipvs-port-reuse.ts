import { addressOf } from '../cluster/places.ts'
import { atLeast, client, kernel, none, only } from '../proof.ts'
import { held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

export const ipvsPortReuse: Scenario = {
  name: 'ipvs-port-reuse',
  verdict: 'ipvs-port-reuse',
  summary: 'a source port used again meets the entry of a dead real server: connecting fails, and a fresh port is fine',
  means:
    'A new SYN from a port whose old entry is still there (TIME_WAIT) is sent to where that entry leads, even when the pod is dead and its weight 0 ("no route to host" after some 3 s, or silence). Only ports used again are hit: a client that opens and closes many connections. conn_reuse_mode=1 prevents it; expire_nodest_conn=1 with the server deleted cures it.',
  modes: ['ipvs'],
  tested: false,
  cluster: { servers: ['srv1', 'srv2'], spare: ['srv2'], ipvsSysctls: 'kernel' },
  // The server's goodbye closes them, and four ports are soon used again.
  probes: [
    held('reused', 4, '2s', {
      sourcePorts: { from: 22_000, to: 22_003 },
      reconnect: { base: '1s', cap: '1s' },
      deadline: '10s',
    }),
    held('fresh', 4, '2s', { reconnect: { base: '1s', cap: '1s' }, deadline: '10s' }),
  ],

  async stage(lab) {
    for (const node of ['nodea', 'nodeb']) await lab.on(node, 'sysctl -qw net.ipv4.vs.conn_reuse_mode=0')
    await lab.untilOpen()
    await lab.breaks('srv1 stops and is gone; its real server stays at weight 0, srv2 takes over', async () => {
      await lab.proxy.endpoints('longhold', { address: addressOf('srv1'), weight: 0 }, addressOf('srv2'))
      await lab.stops('srv1')
      await lab.on('nodeb', 'ip link set srv1 down')
    })
    await lab.until(
      'who may choose a port is connected again',
      ({ client }) => client.opened({ cohort: 'fresh' }).length >= 8,
    )
    // For a minute after a goodbye, connecting in vain is taken for a part of the rollout.
    await lab.until(
      'who may not, meets nobody, for longer than a rollout takes',
      ({ client }) =>
        client.since('broken', 3000).ended({ cohort: 'reused', phase: 'connect', planned: false }).length >= 8,
      '150s',
    )
  },

  remedy: {
    says: 'the dead real server is deleted, and what leads to it ends with its next packet',
    work: async lab => {
      for (const node of ['nodea', 'nodeb']) await lab.on(node, 'sysctl -qw net.ipv4.vs.expire_nodest_conn=1')
      await lab.proxy.endpoints('longhold', addressOf('srv2'))
    },
  },

  proofs: [
    client(
      'a reused port meets nobody: unreachable, or silence',
      ({ client }) =>
        client
          .since('broken', 3000)
          .ended({ cohort: 'reused', phase: 'connect' })
          .filter(({ fate }) => fate !== 'unreachable' && fate !== 'timeout'),
      none,
    ),
    client('and never gets in', ({ client }) => client.since('broken').opened({ cohort: 'reused' }), none),
    client(
      'after up to some 3 s: the time ARP takes to give up, for whoever asked first',
      ({ client }) =>
        Math.max(
          ...client
            .since('broken', 3000)
            .ended({ cohort: 'reused', phase: 'connect' })
            .map(({ tookUs }) => tookUs / 1e6),
        ),
      atLeast(2),
    ),
    client(
      'a fresh port comes to srv2 at once',
      ({ client }) =>
        client
          .opened({ cohort: 'fresh' })
          .slice(4)
          .map(({ peer }) => peer.pod),
      only('srv2'),
    ),
    client('and fails never', ({ client }) => client.ended({ cohort: 'fresh', phase: 'connect' }), none),
    kernel(
      'the entries lead to the dead pod',
      ({ lines }) => lines('nodea', 'ip_vs_conn', 'broken', '0AF4020B'),
      atLeast(4),
    ),
  ],
}
