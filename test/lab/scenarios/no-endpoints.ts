import { direct, echo, held } from '../probes.ts'
import { atLeast, client, exactly, kernel, none, only, servers } from '../proof.ts'
import type { Scenario } from '../scenario.ts'

const each = 20
const knocking = 3

export const noEndpoints: Scenario = {
  name: 'no-endpoints',
  verdict: 'no-endpoints',
  summary: 'a Service loses all its endpoints while the pods live on: new connections are refused, old ones stay',
  means:
    'Refused at once, as if no process listened: it is the node that says so (ICMP port unreachable), for TCP too. Connections that are open never notice. The kernel sends few such ICMP errors to one address, six at once and then one a second, so to who asks often much of it looks like a timeout. Look at readiness probes and selectors, not at the network.',
  modes: ['iptables', 'nftables'],
  cluster: { places: ['client2'] },
  probes: [held('held', each, '1s'), direct('direct', each, '1s', ['srv1', 'srv2']), echo('echo')],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until('UDP is answered', ({ client }) => client.asked({ fate: 'ok' }).length >= 8)
    await lab.breaks('the Service has no endpoints any more', () => lab.proxy.endpoints('longhold'))
    await lab.joins(
      'client2',
      held('knocking', knocking, '1m', { reconnect: { base: '6s', cap: '6s' } }),
      echo('asking', { every: '2s', ports: ['fresh'] }), // seldom enough to be refused each time
    )
    await lab.until(
      'new connections and questions fail',
      ({ client }) =>
        client.ended({ cohort: 'knocking' }).length >= 2 * knocking &&
        client.since('broken').asked({ mode: 'fresh' }).length >= 12,
    )
    await lab.heals('it has them again', () =>
      lab.proxy.endpoints('longhold', lab.addressOf('srv1'), lab.addressOf('srv2')),
    )
    await lab.until(
      'whoever knocked gets in',
      ({ client }) =>
        client.opened({ cohort: 'knocking' }).length >= knocking &&
        client.since('healed', 1000).asked({ fate: 'ok', mode: 'fresh' }).length >= 4,
    )
  },

  proofs: [
    client(
      'each new connection is refused',
      ({ client }) => fatesOf(client.begun('broken', 'healed').ended({ cohort: 'knocking' })),
      only('refused'),
    ),
    client(
      'with the word for "nobody listens there"',
      ({ client }) =>
        client
          .begun('broken', 'healed')
          .ended({ cohort: 'knocking' })
          .map(({ code }) => code),
      only('ECONNREFUSED connect'),
    ),
    client('and none opens', ({ client }) => client.before('healed').opened({ cohort: 'knocking' }), none),
    client(
      'a question from a new port is answered by nobody',
      ({ client }) => client.since('broken', 2000).before('healed').asked({ mode: 'fresh', fate: 'ok' }),
      none,
    ),
    client(
      'the first are refused; then the node is not allowed to say so any more',
      ({ client }) => client.since('broken').asked({ mode: 'fresh', fate: 'refused' }),
      atLeast(3),
    ),
    client(
      'a port that always was the same is answered: its entry knows the way',
      ({ client }) => fatesOf(client.undisturbed({ mode: 'pinned' })),
      only('ok'),
    ),
    client('no open connection is lost', ({ client }) => client.ended({ cohort: ['held', 'direct'] }), none),
    client(
      'and all of them spoke meanwhile',
      ({ client }) => unique(client.since('broken').before('healed').exchanged({ cohort: 'held' })),
      exactly(each),
    ),
    servers('see nothing', ({ servers }) => servers.faults(), none),
    kernel(
      'the refusals are ICMP errors, not RST',
      ({ rose }) => rose('client2', 'Icmp InDestUnreachs'),
      atLeast(knocking),
    ),
    kernel(
      'and the rules say why',
      ({ lines }) => [
        ...lines('nodea', 'rules', 'broken', 'has no endpoints'),
        ...lines('nodea', 'rules', 'broken', 'goto reject-chain'),
      ],
      atLeast(1),
    ),
    client(
      'with endpoints again everybody gets in',
      ({ client }) => client.opened({ cohort: 'knocking' }),
      exactly(knocking),
    ),
  ],
}

const fatesOf = (all: readonly { readonly fate: string }[]) => all.map(({ fate }) => fate)
const unique = (all: readonly { readonly id: string }[]) => [...new Set(all.map(({ id }) => id))]
