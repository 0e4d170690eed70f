import { addressOf } from '../cluster/places.ts'
import { atLeast, client, exactly, kernel, none, type Proof, servers } from '../proof.ts'
import { asks, held } from '../probes.ts'
import type { Lab } from '../stage.ts'
import type { Scenario } from '../scenario.ts'

const each = 6

/** The real servers go while their connections are there; the pods live. */
async function stage(lab: Lab): Promise<void> {
  await lab.untilOpen()
  await lab.until(
    'the pinned port is answered',
    ({ client }) => client.asked({ mode: 'pinned', fate: 'ok' }).length >= 3,
  )
  await lab.cluster.startDns('dns2')
  await lab.untilSpoken('held')
  await lab.breaks('the real servers are deleted, others take their place', async () => {
    await lab.proxy.endpoints('longhold', addressOf('srv2'))
    await lab.proxy.endpoints('dns', addressOf('dns2'))
  })
  await lab.until('everyone has spoken', ({ client }) => client.ended({ cohort: 'held' }).length >= each)
  await lab.passes('3s', 'the pinned port goes on asking')
}

const shape = {
  modes: ['ipvs'],
  probes: [held('held', each, '8s'), asks('dns', { servers: ['10.96.0.10'] })],
  stage,
} as const satisfies Partial<Scenario>

const fresh: Proof = client(
  'fresh ports are answered all along',
  ({ client }) => client.since('broken').asked({ mode: 'fresh', fate: 'timeout' }),
  none,
)

export const ipvsRemoved: Scenario = {
  ...shape,
  name: 'ipvs-removed',
  verdict: 'ipvs-server-removed',
  summary:
    'a real server is deleted under its connections, expire_nodest_conn=1 as kube-proxy sets it: reset, and UDP goes on',
  means:
    'With expire_nodest_conn=1 the next packet of such a connection ends its entry: TCP is reset by the node, UDP goes to another server with the next question.',
  cluster: { servers: ['srv1', 'srv2'], spare: ['srv2'], dns: ['dns1'], places: ['dns2'], memory: { ipvsUdp: 60 } },
  proofs: [
    client(
      'every connection is reset by its next word',
      ({ client }) => client.ended({ cohort: 'held', fate: 'reset', phase: 'exchange' }),
      exactly(each),
    ),
    servers('see nothing of it', ({ servers }) => servers.before('ended').ended({ zombie: false }), none),
    client(
      'the pinned port is answered again',
      ({ client }) => client.since('broken').asked({ mode: 'pinned', fate: 'ok' }),
      atLeast(2),
    ),
    fresh,
    kernel('the node’s own TCP sent the resets', ({ rose }) => rose('nodea', 'Tcp OutRsts'), atLeast(each)),
  ],
}

export const ipvsRemovedSilently: Scenario = {
  ...shape,
  name: 'ipvs-removed-silently',
  verdict: 'ipvs-server-removed',
  // Here IPVS does not forget: its entries lead nowhere until they end by themselves.
  withoutAgent: ['stale-flow'],
  tested: false,
  summary: 'a real server is deleted under its connections, expire_nodest_conn=0 as the kernel has it: silence',
  means:
    'With expire_nodest_conn=0, the kernel’s default, packets of such a connection are dropped without a word until the entry expires by itself. An IPVS that kube-proxy did not set up looks like a dead server.',
  cluster: { ...ipvsRemoved.cluster, ipvsSysctls: 'kernel' },
  proofs: [
    client(
      'every question meets its deadline',
      ({ client }) => client.ended({ cohort: 'held', fate: 'timeout', phase: 'exchange' }),
      exactly(each),
    ),
    client(
      'the pinned port goes unanswered',
      ({ client }) => client.since('broken', 1000).asked({ mode: 'pinned', fate: 'timeout' }),
      atLeast(3),
    ),
    fresh,
  ],
}
