import { addressOf } from '../cluster/places.ts'
import { client, exactly, kernel, none, only } from '../proof.ts'
import { asks, echo } from '../probes.ts'
import type { Scenario } from '../scenario.ts'
import { cleansUpByHand, failsToCleanUp, withoutConntrack } from './without-conntrack.ts'

const pinned = { mode: 'pinned' } as const
const all = { mode: ['fresh', 'pinned'] } as const

export const cleanUpMissingEndpoint: Scenario = {
  name: 'clean-up-missing-endpoint',
  verdict: 'udp-stale-entry',
  summary: 'pods stop being endpoints, kube-proxy has no "conntrack" program: pinned ports stay with them',
  means:
    'Where the pod is gone, a client with a pinned port is cut off for ever. Where it lives, unready or taken out of the Service, the client keeps being served by a pod that should get no traffic, and no probe calls that a failure. Look for "executable file not found" in the log of kube-proxy.',
  modes: ['iptables', 'nftables'],
  cluster: {
    kubeProxy: withoutConntrack,
    servers: ['srv1', 'srv2'],
    spare: ['srv2'],
    dns: ['dns1'],
    places: ['dns2'],
    memory: { udp: 3 },
  },
  probes: [asks('dns', { pinnedPort: 40_053 }), echo('echo', { pinnedPort: 40_700 })],

  async stage(lab) {
    await lab.until('pinned ports are answered', ({ client }) => client.asked(pinned).length >= 8)
    await lab.breaks('dns1 is replaced by dns2; srv1 is not ready any more, srv2 is', async () => {
      await lab.cluster.startDns('dns2')
      await lab.proxy.endpoints('dns', addressOf('dns2'))
      await lab.proxy.endpoints('longhold', addressOf('srv2'))
      await failsToCleanUp(lab)
      await lab.passes('500ms', 'what is under way is answered')
      await lab.on('nodeb', 'ip link delete dns1')
    })
    await lab.until(
      'all ask on for longer than an entry lives',
      ({ client }) => client.begun('broken').since('broken', 5000).asked(all).length >= 16,
    )
    await lab.looks('stale')
    await lab.heals('somebody runs what kube-proxy would have run', () => cleansUpByHand(lab))
    await lab.until('all ask on', ({ client }) => client.begun('healed').since('healed', 500).asked(pinned).length >= 8)
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client(
      'fresh ports lose nothing',
      ({ client }) => client.undisturbed({ mode: 'fresh' }).map(({ fate }) => fate),
      only('ok'),
    ),
    client(
      'the pinned port of DNS hears nothing: its pod is gone',
      ({ client }) =>
        client
          .begun('broken')
          .since('broken', 500)
          .before('healed')
          .undisturbed({ ...pinned, probe: 'dns' })
          .map(({ fate }) => fate),
      only('timeout'),
    ),
    client(
      'the other one is served by srv1, which is no endpoint',
      ({ client }) =>
        client
          .begun('broken')
          .before('healed')
          .undisturbed({ ...pinned, probe: 'echo' })
          .map(served),
      only('ok by srv1'),
    ),
    client(
      'where fresh ports are served by srv2',
      ({ client }) => client.begun('broken').undisturbed({ mode: 'fresh', probe: 'echo' }).map(served),
      only('ok by srv2'),
    ),
    kernel(
      'the entries lead to dns1 and srv1',
      ({ lines }) => [
        ...lines('nodea', 'conntrack', 'stale', 'sport=40053', `src=${addressOf('dns1')}`),
        ...lines('nodea', 'conntrack', 'stale', 'sport=40700', `src=${addressOf('srv1')}`),
      ],
      exactly(2),
    ),
    client(
      'without the entries DNS is answered',
      ({ client }) =>
        client
          .begun('healed')
          .undisturbed({ ...pinned, probe: 'dns' })
          .map(({ fate }) => fate),
      only('ok'),
    ),
    client(
      'and echo by srv2',
      ({ client }) =>
        client
          .begun('healed')
          .since('healed', 500)
          .undisturbed({ ...pinned, probe: 'echo' })
          .map(served),
      only('ok by srv2'),
    ),
  ],
}

const served = ({ fate, by = 'nobody' }: { readonly fate: string; readonly by?: string }) =>
  `${fate} by ${by.split('/')[0]}`
