import { addressOf } from '../cluster/places.ts'
import { atLeast, client, exactly, kernel, none, only } from '../proof.ts'
import { asks, echo } from '../probes.ts'
import type { Scenario } from '../scenario.ts'
import type { Sight } from '../seen/sight.ts'

const often = { mode: 'pinned', probe: ['dns', 'echo'] } as const
const slowly = { mode: 'pinned', probe: 'slowly' } as const
const dns1 = addressOf('dns1')
const srv1 = addressOf('srv1')

export const udpStaleEntry: Scenario = {
  name: 'udp-stale-entry',
  verdict: 'udp-stale-entry',
  summary: 'UDP pods are replaced, their conntrack entries stay: a pinned port asks the dead pod for ever',
  means:
    'Each question of a pinned port gives the entry to the dead pod its full time again, so it outlives every timeout for as long as somebody keeps asking. Fresh ports are fine, so whoever checks by hand finds nothing. Deleting the entry cures it with the next question, and so does silence for longer than the UDP timeout.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1', 'srv2'], spare: ['srv2'], dns: ['dns1'], places: ['dns2'], memory: { udp: 3 } },
  probes: [
    asks('dns', { pinnedPort: 40_053 }),
    echo('echo', { pinnedPort: 40_700 }),
    asks('slowly', { ports: ['pinned'], every: '5s' }),
  ],

  async stage(lab) {
    await lab.until(
      'every port is answered',
      ({ client }) => client.asked(often).length >= 8 && client.asked(slowly).length > 0,
    )
    await lab.breaks('dns2 and srv2 take over, dns1 and srv1 are gone; conntrack is left as it is', async () => {
      await lab.cluster.startDns('dns2')
      await lab.proxy.endpoints('dns', addressOf('dns2'))
      await lab.proxy.endpoints('longhold', addressOf('srv2'))
      await lab.passes('500ms', 'what is under way is answered')
      for (const pod of ['dns1', 'srv1']) await lab.on('nodeb', `ip link delete ${pod}`)
    })
    await lab.until(
      'two ports ask on for longer than an entry lives, one pauses for as long',
      ({ client }) =>
        client.begun('broken').since('broken', 5000).asked(often).length >= 8 &&
        client.begun('broken').asked(slowly).length > 0,
    )
    await lab.looks('stale')
    await lab.heals('kube-proxy deletes the entries to the pods that are gone', () => lab.proxy.cleansUp())
    await lab.until('they ask on', ({ client }) => client.begun('healed').asked(often).length >= 8)
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client('pinned ports get no answer any more', sight => unheard(sight).map(({ fate }) => fate), only('timeout')),
    client('and no word why', sight => unheard(sight).map(({ code }) => code), only('DEADLINE')),
    client(
      'fresh ports lose nothing',
      ({ client }) => client.undisturbed({ mode: 'fresh' }).map(({ fate }) => fate),
      only('ok'),
    ),
    client('not even at the same moments', meanwhile, atLeast(8)),
    client(
      'whoever pauses longer than the UDP timeout loses nothing',
      ({ client }) => client.undisturbed(slowly).map(({ fate }) => fate),
      only('ok'),
    ),
    kernel(
      'the entries of the pinned ports lead to dns1 and srv1',
      ({ lines }) => [
        ...lines('nodea', 'conntrack', 'stale', 'sport=40053', `src=${dns1}`),
        ...lines('nodea', 'conntrack', 'stale', 'sport=40700', `src=${srv1}`),
      ],
      exactly(2),
    ),
    kernel(
      'which no rule names any more',
      ({ lines }) => [...lines('nodea', 'rules', 'stale', dns1), ...lines('nodea', 'rules', 'stale', srv1)],
      none,
    ),
    client(
      'the next question is answered, and all after it',
      ({ client }) =>
        client
          .begun('healed')
          .undisturbed(often)
          .map(({ fate }) => fate),
      only('ok'),
    ),
    kernel(
      'the new entry leads to dns2',
      ({ lines }) => lines('nodea', 'conntrack', 'ended', 'sport=40053', `src=${addressOf('dns2')}`),
      exactly(1),
    ),
  ],
}

const unheard = ({ client }: Sight) => client.begun('broken').since('broken', 500).before('healed').undisturbed(often)

/** Answers to fresh ports, from the first to the last question of a pinned one that got none. */
function meanwhile(sight: Sight) {
  const ends = unheard(sight).map(({ at }) => at)
  return sight.client
    .asked({ mode: 'fresh', fate: 'ok' })
    .filter(({ at }) => at > Math.min(...ends) && at < Math.max(...ends))
}
