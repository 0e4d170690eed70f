import { addressOf, container, hosts } from '../cluster/places.ts'
import { echo, held } from '../probes.ts'
import { atLeast, client, kernel, none, only } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import { masquerading } from '../seen/masquerading.ts'

const outside = hosts.ext
const [contained, inPod] = [{ pod: 'container' }, { pod: 'client' }]

export const masqueradeBridge: Scenario = {
  name: 'masquerade-bridge',
  verdict: 'snat-missing/bridge',
  summary: 'the rule that masquerades a bridge network beside Kubernetes is gone (Docker on a node)',
  means:
    'Containers of a bridge network on the node reach nobody outside any more, while pods on the same node do: each network has a MASQUERADE rule of its own, and a firewall reload or a flush of the nat table takes away the one that nothing puts back. What was open goes on. Restart Docker, or put the rule back.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['ext', 'srv0'], client: ['container', 'client'] },
  probes: [
    held('settled', 20, '1s', { to: outside }),
    held('newcomers', 150, '10m', { to: outside, spread: '30s', deadline: '2s' }),
    held('neighbours', 150, '10m', { path: 'pod', to: addressOf('srv0'), spread: '30s' }),
    echo('outside', { to: outside, timeout: '2s' }),
  ],

  async stage(lab) {
    await lab.until('the outside is reached, by TCP and by UDP, from the container and from the pod', ({ client }) =>
      [contained, inPod].every(
        from =>
          client.exchanged({ cohort: 'settled', ...from }).length >= 20 &&
          client.opened({ cohort: 'newcomers', ...from }).length >= 5 &&
          client.asked({ fate: 'ok', ...from }).length >= 6,
      ),
    )
    await lab.breaks('the node no longer masquerades the bridge network', () =>
      lab.cni.masquerades({ bridge: false }, 'nodea'),
    )
    await lab.until('newcomers and new questions of the container know their fate', ({ client }) => {
      const since = client.begun('broken')
      const newcomers = [
        ...since.ended({ cohort: 'newcomers', ...contained }),
        ...since.opened({ cohort: 'newcomers', ...contained }),
      ]
      return newcomers.length >= 10 && since.asked({ mode: 'fresh', ...contained }).length >= 6
    })
    await lab.looks('in vain')
    await lab.heals('the rule is put back', () => lab.cni.masquerades({ bridge: true }, 'nodea'))
    await lab.until(
      'newcomers of the container are answered again',
      ({ client }) =>
        client.begun('healed').opened({ cohort: 'newcomers', ...contained }).length >= 5 &&
        client.begun('healed').asked({ mode: 'fresh', fate: 'ok', ...contained }).length >= 3,
    )
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client(
      'no new connection of the container is answered',
      ({ client }) => client.begun('broken', 'healed').opened({ cohort: 'newcomers', ...contained }),
      none,
    ),
    client(
      'each of them times out while connecting',
      ({ client }) =>
        client
          .begun('broken', 'healed')
          .ended({ cohort: 'newcomers', ...contained })
          .map(({ fate, phase }) => `${fate} ${phase}`),
      only('timeout connect'),
    ),
    client(
      'nor is a question from a new port',
      ({ client }) =>
        client
          .begun('broken', 'healed')
          .undisturbed({ mode: 'fresh', ...contained })
          .map(({ fate }) => fate),
      only('timeout'),
    ),
    client(
      'the container’s connections and UDP port from before go on',
      ({ client }) => [
        ...client.ended({ cohort: 'settled', ...contained }),
        ...client.undisturbed({ mode: 'pinned', ...contained }).filter(({ fate }) => fate !== 'ok'),
      ],
      none,
    ),
    client(
      'new connections to a pod on its own node open',
      ({ client }) => client.ended({ cohort: 'neighbours' }),
      none,
    ),
    client('from the pod no fault at all', ({ client }) => client.faults().filter(({ pod }) => pod === 'client'), none),
    client(
      'its newcomers get through all the while',
      ({ client }) => client.begun('broken', 'healed').opened({ cohort: 'newcomers', ...inPod }),
      atLeast(5),
    ),
    client(
      'put back, the container’s newcomers get through at once',
      ({ client }) => client.begun('healed').ended({ cohort: 'newcomers', ...contained }),
      none,
    ),
    kernel(
      'the answer to a newcomer is awaited at the container’s address, not at the node’s',
      ({ lines }) =>
        lines('nodea', 'conntrack', 'in vain', 'SYN_SENT', 'UNREPLIED', `src=${outside} dst=${container.address}`),
      atLeast(10),
    ),
    kernel(
      'none was before',
      ({ lines }) => lines('nodea', 'conntrack', 'broken', `src=${outside} dst=${container.address}`, 'ESTABLISHED'),
      none,
    ),
    kernel(
      'no rule masquerades the bridge network',
      sight => masquerading(sight, 'nodea', 'in vain', container.range),
      none,
    ),
    kernel('once healed one does', sight => masquerading(sight, 'nodea', 'healed', container.range), atLeast(1)),
  ],
}
