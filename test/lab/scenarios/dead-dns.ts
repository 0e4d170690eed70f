import { addressOf, dnsService } from '../cluster/places.ts'
import { asks } from '../probes.ts'
import { about, atLeast, client, kernel, none, only } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import { firstSent } from '../seen/sent.ts'
import type { Sight } from '../seen/sight.ts'

const questions = 60
const lookups = 60
const glibc = { timeout: '1s', attempts: 2, ndots: 1, search: [] }

export const deadDns: Scenario = {
  name: 'dead-dns',
  verdict: 'dead-endpoint',
  summary: 'one of two DNS pods is gone but still in the rules: what applications feel',
  means:
    'Half of the lookups meet the dead pod. A resolver waits for its timeout (5 s unless set) and asks again from the same socket: the same port, the same conntrack entry, the same dead pod. So with one name server the second try is in vain too, and the lookup fails after 10 s. A second "nameserver" line, even the same address once more, asks from another port: 5 s, and then an answer for half of them.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: [], dns: ['dns1', 'dns2'] },
  probes: [
    asks('dns', { ports: ['fresh'], every: '100ms', timeout: '2s' }),
    asks('living', { servers: [addressOf('dns1')], timeout: '3s' }),
    asks('application', { ports: [], every: '100ms', resolver: glibc }),
    asks('two-lines', { ports: [], every: '100ms', servers: [dnsService, dnsService], resolver: glibc }),
  ],

  async stage(lab) {
    await lab.until('everybody is answered', ({ client }) => client.asked({ fate: 'ok' }).length >= 80)
    await lab.breaks('dns2 is gone, its address leads nowhere, and the rules do not know', () =>
      lab.on('nodeb', `ip route add blackhole ${addressOf('dns2')}`),
    )
    await lab.until('each asked often enough', ({ client }) =>
      probes.every(probe => client.begun('broken').asked({ probe }).length >= 1.7 * enough[probe]),
    )
    await lab.heals('kube-proxy takes it out, and deletes its conntrack entries', async () => {
      await lab.proxy.endpoints('dns', addressOf('dns1'))
      await lab.proxy.cleansUp()
    })
    await lab.until('each asks on', ({ client }) =>
      probes.every(probe => client.begun('healed').asked({ probe }).length >= 20),
    )
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client(
      `of ${questions} questions, each from a new port, half get no answer`,
      sight => asked(sight, 'dns').filter(isNotOk),
      about(questions, 1 / 2),
    ),
    client(
      'a timeout each',
      ({ client }) =>
        client
          .asked()
          .filter(isNotOk)
          .map(({ fate }) => fate),
      only('timeout'),
    ),
    client('nothing comes late', ({ client }) => client.strayed(), none),
    client(
      'straight to the living pod every question is answered',
      ({ client }) => client.asked({ probe: 'living' }).filter(isNotOk),
      none,
    ),
    client(
      `of ${lookups} lookups of an application half fail`,
      sight => asked(sight, 'application').filter(isNotOk),
      about(lookups, 1 / 2),
    ),
    client(
      'each after two timeouts: the second try meets the same dead pod',
      sight =>
        asked(sight, 'application')
          .filter(isNotOk)
          .map(({ tries }) => tries ?? 0),
      only(4),
    ),
    client(
      'no lookup is saved by asking again',
      sight => asked(sight, 'application').filter(each => !isNotOk(each) && each.tookUs >= 1_000_000),
      none,
    ),
    client(
      'with the Service in two "nameserver" lines half take a timeout or more',
      sight => asked(sight, 'two-lines').filter(({ tookUs }) => tookUs >= 1_000_000),
      about(lookups, 1 / 2),
    ),
    client(
      'but only a quarter fail: the second line is asked from another port',
      sight => asked(sight, 'two-lines').filter(isNotOk),
      about(lookups, 1 / 4),
    ),
    kernel('it is still in the rules', ({ lines }) => lines('nodea', 'rules', 'broken', addressOf('dns2')), atLeast(1)),
    client(
      'taken out, every question is answered',
      ({ client }) =>
        client
          .begun('healed')
          .undisturbed()
          .map(({ fate }) => fate),
      only('ok'),
    ),
  ],
}

const probes = ['dns', 'application', 'two-lines'] as const
const enough = { dns: questions, application: lookups, 'two-lines': lookups } as const

/** The first of a probe that were sent while the dead pod was in the rules: answers come at once, giving up takes its time. */
const asked = ({ client }: Sight, probe: (typeof probes)[number]) =>
  firstSent(client.begun('broken').asked({ probe }), enough[probe])

const isNotOk = ({ fate }: { readonly fate: string }) => fate !== 'ok'
