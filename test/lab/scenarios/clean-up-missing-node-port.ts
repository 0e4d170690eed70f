import { addressOf, nodes } from '../cluster/places.ts'
import { atLeast, client, exactly, kernel, none, only } from '../proof.ts'
import { echo } from '../probes.ts'
import type { Scenario } from '../scenario.ts'
import type { Sight } from '../seen/sight.ts'
import { cleansUpByHand, failsToCleanUp, withoutConntrack } from './without-conntrack.ts'

const [pinned, fresh] = [{ mode: 'pinned' }, { mode: 'fresh' }] as const
const node = nodes.nodea.address
const nodePort = 30_701

export const cleanUpMissingNodePort: Scenario = {
  name: 'clean-up-missing-node-port',
  verdict: 'udp-stale-entry',
  summary: 'a node port is asked before its Service is there, kube-proxy has no "conntrack" program: refused for ever',
  means:
    'Whoever asked the node port too early has an entry without translation: its questions end at the node itself, where nobody listens, also when the Service is there and serves everybody else. Each question keeps the entry alive. Refused and timed out are one fault here: the kernel sends about one ICMP a second to one client.',
  modes: ['iptables', 'nftables'],
  cluster: { kubeProxy: withoutConntrack, servers: ['srv1'], client: 'ext', memory: { udp: 3 } },
  probes: [echo('echo', { to: `${node}:${nodePort}`, pinnedPort: 40_700 })],

  async stage(lab) {
    await lab.until(
      'both ports have asked a node that knows no such Service',
      ({ client }) => client.asked().length >= 8,
    )
    await lab.breaks('the Service comes, with its node port and an endpoint', async () => {
      await lab.proxy.add({
        name: 'late',
        address: '10.96.33.33',
        ports: [{ name: 'udp', protocol: 'udp', port: 7000, targetPort: 7000, nodePort }],
        endpoints: [{ address: addressOf('srv1') }],
      })
      await failsToCleanUp(lab)
    })
    await lab.until(
      'both ask on for longer than an entry lives',
      ({ client }) => client.begun('broken').since('broken', 5000).asked(pinned).length >= 8,
    )
    await lab.looks('stale')
    await lab.heals('somebody runs what kube-proxy would have run', () => cleansUpByHand(lab))
    await lab.until('both ask on', ({ client }) => client.begun('healed').asked(pinned).length >= 4)
  },

  proofs: [
    client('nobody is answered before', ({ client }) => client.before('broken').asked({ fate: 'ok' }), none),
    client(
      'then each fresh port is',
      ({ client }) =>
        client
          .begun('broken')
          .before('healed') // the cure deletes the entries of answers under way, too
          .undisturbed(fresh)
          .map(({ fate }) => fate),
      only('ok'),
    ),
    client('the pinned port never', sight => unheard(sight).filter(({ fate }) => fate === 'ok'), none),
    client('it is refused', sight => unheard(sight).filter(({ fate }) => fate === 'refused'), atLeast(4)),
    client(
      'what is not refused is a timeout',
      sight => unheard(sight).filter(({ fate }) => fate !== 'refused' && fate !== 'timeout'),
      none,
    ),
    kernel(
      'its entry ends at the node itself, untranslated',
      ({ lines }) => lines('nodea', 'conntrack', 'stale', 'sport=40700', `dport=${nodePort}`, `src=${node}`),
      exactly(1),
    ),
    kernel(
      'where UDP counts a port without a socket',
      ({ rose }) => rose('nodea', 'Udp NoPorts', ['broken', 'stale']),
      atLeast(8),
    ),
    client(
      'without the entry it is answered at once',
      ({ client }) =>
        client
          .begun('healed')
          .undisturbed(pinned)
          .map(({ fate }) => fate),
      only('ok'),
    ),
  ],
}

const unheard = ({ client }: Sight) => client.begun('broken').before('healed').asked(pinned)
