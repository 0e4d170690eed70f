import { addressOf } from '../cluster/places.ts'
import { direct, echo, held } from '../probes.ts'
import { about, atLeast, client, exactly, kernel, none, only, servers } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import { firstSent } from '../seen/sent.ts'

const knocking = 60
const questions = 60
const neighbour = 'srv0'
const knocked = { cohort: 'knocking' } as const
const fresh = { probe: 'questions', mode: 'fresh' } as const

export const bridgeBypass: Scenario = {
  name: 'bridge-bypass',
  verdict: 'bridge-bypass',
  summary: 'bridge-nf-call-iptables=0, and one of two servers is on the client’s own node',
  means:
    'Answers of a neighbour go over the bridge straight to the client and pass no rule: they arrive from the pod’s own address instead of the Service’s. TCP does not know who that is (RST to the pod) and times out; over UDP the answer is there, from the wrong address. Servers on other nodes work. Set net.bridge.bridge-nf-call-iptables=1; something at boot, such as loading br_netfilter late, has put it back.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: [neighbour, 'srv1'], places: ['client2'] },
  probes: [held('held', 40, '1s'), direct('direct', 20, '1s', [neighbour, 'srv1'])],

  async stage(lab) {
    await lab.untilOpen()
    await lab.breaks('bridged packets are not shown to the rules any more', () => lab.on('nodea', bridged(0)))
    await lab.joins(
      'client2',
      held('knocking', knocking, '1m', { deadline: '2s' }),
      echo('questions', { every: '50ms', ports: ['fresh'] }),
    )
    await lab.until(
      'enough is tried',
      ({ client }) =>
        client.opened(knocked).length + client.ended(knocked).length >= knocking &&
        client.asked(fresh).length >= 2 * questions,
    )
    await lab.heals('they are again', () => lab.on('nodea', bridged(1)))
    await lab.joins('client2', held('again', knocking, '1m'), echo('questions', { every: '50ms', ports: ['fresh'] }))
    await lab.until(
      'all get in',
      ({ client }) =>
        client.opened({ cohort: 'again' }).length >= knocking && client.since('healed', 500).asked(fresh).length >= 20,
    )
  },

  proofs: [
    client(
      'half of the new connections time out',
      ({ client }) => client.ended({ ...knocked, planned: false }),
      about(knocking, 1 / 2),
    ),
    client(
      'all alike',
      ({ client }) => client.ended({ ...knocked, planned: false }).map(({ fate, phase }) => `${fate} in ${phase}`),
      only('timeout in connect'),
    ),
    client(
      'the others open, to the other node',
      ({ client }) => client.opened(knocked).map(({ peer }) => peer.pod),
      only('srv1'),
    ),
    client(
      `half of ${questions} questions are answered by somebody who was not asked`,
      ({ client }) => firstSent(client.asked(fresh), questions).filter(({ fate }) => fate === 'wrong-source'),
      about(questions, 1 / 2),
    ),
    client(
      'by the neighbour, under its own address',
      ({ client }) => client.undisturbed({ ...fresh, fate: 'wrong-source' }).map(({ by }) => by ?? ''),
      only(addressOf(neighbour)),
    ),
    client(
      'no question is lost',
      ({ client }) => client.asked(fresh).filter(({ fate }) => !['ok', 'wrong-source', 'cancelled'].includes(fate)),
      none,
    ),
    // Not longer: conntrack has missed what they said, calls it INVALID once it sees them again, and iptables nodes drop that.
    client(
      'straight to the pods nothing changes while it lasts',
      ({ client }) => client.before('healed').ended({ cohort: 'direct' }),
      none,
    ),
    client(
      'open connections to the neighbour are lost too, and no others',
      ({ client }) => client.ended({ cohort: 'held' }).map(({ peer }) => peer?.pod ?? ''),
      only(neighbour),
    ),
    servers(
      'the neighbour is reset, by a client that waits for it',
      ({ servers }) => servers.ended({ cohort: 'held', fate: 'reset' }).map(({ pod }) => pod),
      only(neighbour),
    ),
    kernel(
      'the client’s kernel sends RST to a pod it never called',
      ({ rose }) => rose('client2', 'Tcp OutRsts', ['broken', 'healed']),
      atLeast(10),
    ),
    client(
      'shown to the rules again, all get in',
      ({ client }) => client.opened({ cohort: 'again' }),
      exactly(knocking),
    ),
    client(
      'and each question is answered by whom it asked',
      ({ client }) =>
        client
          .begun('healed')
          .undisturbed(fresh)
          .map(({ fate }) => fate)
          .filter(fate => fate !== 'cancelled'),
      only('ok'),
    ),
  ],
}

const bridged = (value: 0 | 1) => `sysctl -qw net.bridge.bridge-nf-call-iptables=${value}`
