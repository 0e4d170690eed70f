import { hosts, podRange } from '../cluster/places.ts'
import { echo, held } from '../probes.ts'
import { atLeast, client, kernel, none, only } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import { masquerading } from '../seen/masquerading.ts'

const outside = hosts.ext
const untranslated = ['src=10.244.1.10', `src=${outside} dst=10.244.1.10`] as const

export const masqueradeEgress: Scenario = {
  name: 'masquerade-egress',
  verdict: 'snat-missing/egress',
  summary: 'a clean-up takes away the rule that masquerades what pods send outside',
  means:
    'Packets leave the node with the pod’s own address, and nobody outside knows the way back: new connections and new UDP ports time out, while whatever was open goes on, because its translation is kept in the conntrack entry. Services and pods are not touched. Look for the network plugin’s (or ip-masq-agent’s) MASQUERADE rule on this one node; its conntrack entries give it away, their reply goes to the pod and not to the node.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1', 'srv2', 'ext'] },
  probes: [
    held('settled', 20, '1s', { to: outside }),
    held('newcomers', 150, '10m', { to: outside, spread: '30s', deadline: '2s' }),
    held('newcomers-inside', 150, '10m', { spread: '30s' }),
    echo('outside', { to: outside, timeout: '2s' }),
    echo('inside', { timeout: '4s' }),
  ],

  async stage(lab) {
    await lab.until(
      'the outside is reached, by TCP and by UDP',
      ({ client }) =>
        client.exchanged({ cohort: 'settled' }).length >= 20 &&
        client.opened({ cohort: 'newcomers' }).length >= 5 &&
        client.asked({ probe: 'outside', fate: 'ok' }).length >= 6,
    )
    await lab.breaks('the node no longer masquerades what pods send outside', () =>
      lab.cni.masquerades({ podEgress: false }, 'nodea'),
    )
    await lab.until('newcomers and new questions know their fate', ({ client }) => {
      const since = client.begun('broken')
      const newcomers = [...since.ended({ cohort: 'newcomers' }), ...since.opened({ cohort: 'newcomers' })]
      return newcomers.length >= 10 && since.asked({ probe: 'outside', mode: 'fresh' }).length >= 6
    })
    await lab.looks('in vain')
    await lab.heals('the rule is put back', () => lab.cni.masquerades({ podEgress: true }, 'nodea'))
    await lab.until(
      'newcomers are answered again',
      ({ client }) =>
        client.begun('healed').opened({ cohort: 'newcomers' }).length >= 5 &&
        client.begun('healed').asked({ probe: 'outside', mode: 'fresh', fate: 'ok' }).length >= 3,
    )
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client(
      'no new connection to the outside is answered',
      ({ client }) => client.begun('broken', 'healed').opened({ cohort: 'newcomers' }),
      none,
    ),
    client(
      'each of them times out while connecting',
      ({ client }) =>
        client
          .begun('broken', 'healed')
          .ended({ cohort: 'newcomers' })
          .map(({ fate, phase }) => `${fate} ${phase}`),
      only('timeout connect'),
    ),
    client(
      'no question from a new port is answered',
      ({ client }) =>
        client
          .begun('broken', 'healed')
          .undisturbed({ probe: 'outside', mode: 'fresh' })
          .map(({ fate }) => fate),
      only('timeout'),
    ),
    client('connections from before go on', ({ client }) => client.ended({ cohort: 'settled' }), none),
    client(
      'and survive silences with the rule gone',
      ({ client }) => client.begun('broken', 'healed').exchanged({ cohort: 'settled' }),
      atLeast(20),
    ),
    client(
      'so does the UDP port from before',
      ({ client }) =>
        client
          .begun('broken', 'healed')
          .undisturbed({ probe: 'outside', mode: 'pinned' })
          .map(({ fate }) => fate),
      only('ok'),
    ),
    client(
      'through the Service nobody is hurt, TCP or UDP',
      ({ client }) => [
        ...client.ended({ cohort: 'newcomers-inside' }),
        ...client.undisturbed({ probe: 'inside' }).filter(({ fate }) => fate !== 'ok'),
      ],
      none,
    ),
    client(
      'put back, every newcomer gets through at once',
      ({ client }) => client.begun('healed').ended({ cohort: 'newcomers' }),
      none,
    ),
    kernel(
      'the answer to a newcomer is awaited at the pod’s address, not at the node’s',
      ({ lines }) => lines('nodea', 'conntrack', 'in vain', 'SYN_SENT', 'UNREPLIED', ...untranslated),
      atLeast(10),
    ),
    kernel(
      'before, at the node’s',
      ({ lines }) => lines('nodea', 'conntrack', 'broken', `src=${outside} dst=10.244.1.10`, 'ESTABLISHED'),
      none,
    ),
    kernel(
      'outside, answers have nowhere to go',
      ({ rose }) => rose('ext', 'Ip OutNoRoutes', ['broken', 'in vain']),
      atLeast(10),
    ),
    kernel('no rule masquerades what pods send', sight => masquerading(sight, 'nodea', 'in vain', podRange), none),
    kernel(
      'the rules of the other node are as they were',
      sight => masquerading(sight, 'nodeb', 'in vain', podRange),
      atLeast(1),
    ),
    kernel('once healed one does', sight => masquerading(sight, 'nodea', 'healed', podRange), atLeast(1)),
  ],
}
