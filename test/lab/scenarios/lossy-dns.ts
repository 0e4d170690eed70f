import { asks } from '../probes.ts'
import { about, atLeast, between, client, kernel, none, only } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import { firstSent } from '../seen/sent.ts'
import type { Sight } from '../seen/sight.ts'

const questions = 100
const lookups = 40
const loss = 0.3
const servers = ['dns1', 'dns2'] as const

export const lossyDns: Scenario = {
  name: 'lossy-dns',
  verdict: 'packet-loss',
  summary: 'three of ten questions are lost on their way, by chance',
  means:
    'Loss has no memory: new ports and an old one lose the same share, none fails for good, nothing comes late, and there is no other fate among it. A stale entry, a dead server and a slow one look otherwise. Applications hardly see it as errors: their resolver asks again after its timeout, 5 s unless set, so what people feel is lookups that take 5 s.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: [], dns: servers },
  probes: [
    asks('dns', { every: '50ms', timeout: '2s' }),
    asks('application', {
      ports: [],
      every: '100ms',
      resolver: { timeout: '1s', attempts: 3, ndots: 1, search: [] },
    }),
  ],

  async stage(lab) {
    await lab.until('everybody is answered', ({ client }) => client.asked({ fate: 'ok' }).length >= 40)
    await lab.breaks('three of ten questions are dropped before they reach the DNS servers', () =>
      Promise.all(servers.map(place => lab.on(place, 'nft -f -', { stdin: loses }))),
    )
    await lab.until('each mode asked often enough', ({ client }) =>
      modes.every(mode => client.begun('broken').asked({ mode }).length >= 2 * enough[mode]),
    )
    await lab.heals('nothing is dropped any more', () =>
      Promise.all(servers.map(place => lab.on(place, 'nft delete table ip lossy'))),
    )
    await lab.until('each mode asks on', ({ client }) =>
      modes.every(mode => client.begun('healed').asked({ mode }).length >= 20),
    )
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client(
      `of ${questions} questions from new ports three in ten get no answer`,
      sight => asked(sight, 'fresh').filter(isNotOk),
      about(questions, loss),
    ),
    client(
      `so do of ${questions} from one port`,
      sight => asked(sight, 'pinned').filter(isNotOk),
      about(questions, loss),
    ),
    client(
      'with no other fate than this',
      ({ client }) =>
        client
          .asked({ probe: 'dns' })
          .filter(isNotOk)
          .map(({ fate, code }) => `${fate} ${code}`),
      only('timeout DEADLINE'),
    ),
    client('what is lost is lost: nothing comes late or wrong', ({ client }) => client.strayed(), none),
    client(
      `of ${lookups} lookups of an application half lose one of their two first questions, and take a second or more`,
      sight => asked(sight, 'resolver').filter(({ tries = 0, tookUs }) => tries > 2 && tookUs >= 1_000_000),
      about(lookups, 1 - (1 - loss) ** 2),
    ),
    client(
      'to most it is only slow: fewer than a fifth of them fail',
      sight => asked(sight, 'resolver').filter(isNotOk),
      between(0, lookups / 5),
    ),
    kernel(
      'so many datagrams left the client and never reached a DNS server',
      ({ rose }) =>
        rose('client', 'Udp OutDatagrams') - rose('dns1', 'Udp InDatagrams') - rose('dns2', 'Udp InDatagrams'),
      atLeast(questions / 2),
    ),
    kernel(
      'no counter of conntrack tells',
      ({ rose }) =>
        rose('nodea', 'conntrack drop') + rose('nodea', 'conntrack insert_failed') + rose('nodea', 'conntrack invalid'),
      none,
    ),
    client(
      'healed, every question is answered',
      ({ client }) =>
        client
          .begun('healed')
          .undisturbed()
          .map(({ fate }) => fate),
      only('ok'),
    ),
  ],
}

const modes = ['fresh', 'pinned', 'resolver'] as const
const enough = { fresh: questions, pinned: questions, resolver: lookups } as const

/** The first of a mode that were sent while questions were dropped. */
const asked = ({ client }: Sight, mode: (typeof modes)[number]) =>
  firstSent(client.begun('broken').asked({ mode }), enough[mode])

const isNotOk = ({ fate }: { readonly fate: string }) => fate !== 'ok'

const loses = `table ip lossy {
  chain input { type filter hook input priority filter; udp dport 53 numgen random mod 100 < 30 drop; }
}
`
