import { addressOf } from '../cluster/places.ts'
import { atLeast, between, client, kernel, none, only } from '../proof.ts'
import { held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 12
const died = { cohort: 'asking', fate: 'timeout', phase: 'exchange' } as const

export const ipvsGracefulTermination: Scenario = {
  name: 'ipvs-graceful-termination',
  verdict: 'ipvs-ghost',
  // Its pod did die; that IPVS keeps what it held is the node's to tell.
  withoutAgent: ['peer-died/vanished'],
  summary: 'a real server at weight 0 whose pod is dead: what it held goes on into nothing',
  means:
    'kube-proxy keeps a removed TCP endpoint at weight 0 until its connections are gone, looking once a minute. When the pod is dead they never end: each retransmit refreshes the IPVS entry. New connections are fine. Look for a destination of weight 0 with active connections that is in no EndpointSlice; keepalive finds it in time.',
  modes: ['ipvs'],
  tested: false,
  cluster: {},
  probes: [
    held('asking', each, '3s'),
    held('new', 4, '1s', { reconnect: { base: '200ms', cap: '500ms' }, sourcePorts: { from: 21_000, to: 21_511 } }),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.breaks('srv1 dies without a word, and its real server goes to weight 0', async () => {
      await lab.on('nodeb', 'ip link set srv1 down')
      await lab.proxy.endpoints('longhold', { address: addressOf('srv1'), weight: 0 }, addressOf('srv2'))
    })
    await lab.until('questions to srv1 met their deadline', ({ client }) => client.ended(died).length >= each / 2)
    await lab.until('whoever lost srv1 is connected again', ({ client }) => client.opened({ cohort: 'new' }).length > 4)
  },

  remedy: {
    says: 'the dead real server is deleted',
    work: lab => lab.proxy.endpoints('longhold', addressOf('srv2')),
  },

  proofs: [
    client(
      'half met their deadline: those of the dead pod (round robin)',
      ({ client }) => client.ended(died),
      between(each / 2 - 2, each / 2 + 2),
    ),
    client(
      'all of them held by srv1',
      ({ client }) => client.ended(died).map(({ peer }) => peer?.pod ?? 'nobody'),
      only('srv1'),
    ),
    client(
      'nothing was reset or refused: silence',
      ({ client }) => client.since('broken').ended({ fate: ['reset', 'refused'] }),
      none,
    ),
    client(
      'who connects anew comes to srv2',
      ({ client }) =>
        client
          .opened({ cohort: 'new' })
          .slice(4)
          .map(({ peer }) => peer.pod),
      only('srv2'),
    ),
    kernel(
      'IPVS still has the dead server, at weight 0',
      ({ lines }) => lines('nodea', 'ip_vs', 'ended', '0AF4020B:1B58').map(line => line.trim().split(/\s+/)[3] ?? ''),
      only('0'),
    ),
    kernel(
      'and connections to it',
      ({ lines }) => lines('nodea', 'ip_vs_conn', 'ended', 'TCP', '0AF4020B 1B58'),
      atLeast(1),
    ),
  ],
}
