import { addressOf } from '../cluster/places.ts'
import { atLeast, client, kernel, none, only } from '../proof.ts'
import { asks, echo } from '../probes.ts'
import type { Scenario } from '../scenario.ts'
import type { Observations, Sight } from '../seen/sight.ts'
import type { Lab } from '../stage.ts'

const ports = [
  { probe: 'dns', mode: 'fresh' },
  { probe: 'dns', mode: 'pinned' },
  { probe: 'dns', mode: 'pair' },
  { probe: 'echo', mode: 'fresh' },
  { probe: 'echo', mode: 'pinned' },
] as const
const portModes = ports.map(({ probe, mode }) => `${probe} ${mode}`)
const application = { mode: 'resolver' } as const

export const replyFromPod: Scenario = {
  name: 'reply-from-pod',
  verdict: 'lost-un-nat',
  summary: 'a node does not translate UDP answers back: they come from the pod’s own address',
  means:
    'The question arrived and was answered; the node only failed to put the Service’s address back (a notrack rule, answers that bypass the rules on a bridge). An application with a connected socket, as glibc’s resolver has, never sees such an answer: to it this is a timeout. It is neither loss nor a dead server: whoever listens for other senders sees the pod’s address.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1'], dns: ['dns1'] },
  probes: [
    asks('dns', { ports: ['fresh', 'pinned', 'pair'], resolver: { timeout: '1s', attempts: 1, ndots: 1, search: [] } }),
    echo('echo'),
  ],

  async stage(lab) {
    await lab.until('every mode is answered', ({ client }) => asked(client, 4))
    await lab.breaks('a rule for speed: the client’s node tracks no UDP from pods of the other node', () =>
      bypasses(lab),
    )
    await lab.until('every mode has asked again and again', ({ client }) => asked(client.begun('broken'), 6))
    await lab.looks('bypassed')
    await lab.heals('the rule is taken away', () => bypassesNoMore(lab))
    await lab.until('every mode asks on', ({ client }) => asked(client.begun('healed'), 6))
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client('every answer has a wrong source', sight => answers(sight).map(({ fate }) => fate), only('wrong-source')),
    client(
      'in every port mode',
      sight => answers(sight).map(({ probe, mode }) => `${probe} ${mode}`),
      only(...portModes),
    ),
    client(
      'each set aside for this reason',
      ({ client }) =>
        client
          .begun('broken', 'healed')
          .strayed({ what: 'wrong-source' })
          .map(({ probe, mode }) => `${probe} ${mode}`),
      only(...portModes, 'dns resolver'),
    ),
    client(
      'its source is the pod that answered',
      sight => answers(sight).map(({ probe, by }) => `${probe} ${by}`),
      only(`dns ${addressOf('dns1')}`, `echo ${addressOf('srv1')}`),
    ),
    client(
      'and nothing else strays',
      ({ client }) => client.strayed().filter(({ what }) => what !== 'wrong-source'),
      none,
    ),
    client(
      'an application hears nothing and waits for its timeout',
      ({ client }) =>
        client
          .begun('broken')
          .since('broken', 500)
          .before('healed')
          .undisturbed(application)
          .map(({ fate }) => fate),
      only('timeout'),
    ),
    kernel(
      'the DNS pod answered all the same',
      ({ rose }) => rose('dns1', 'Udp OutDatagrams', ['broken', 'bypassed']),
      atLeast(18),
    ),
    kernel(
      'entries that translate wait for an answer in vain',
      ({ lines }) => lines('nodea', 'conntrack', 'bypassed', '[UNREPLIED]', 'dport=53', `src=${addressOf('dns1')}`),
      atLeast(6),
    ),
    client(
      'all is well without the rule',
      ({ client }) =>
        client
          .begun('healed')
          .undisturbed()
          .map(({ fate }) => fate),
      only('ok'),
    ),
  ],
}

const asked = (client: Observations, times: number) =>
  [...ports, application].every(each => client.asked(each).length >= times)

const answers = ({ client }: Sight) =>
  client
    .begun('broken')
    .since('broken', 500)
    .before('healed')
    .asked({ mode: ['fresh', 'pinned', 'pair'] })

const pods = '10.244.2.0/24'

const bypasses = ({ cluster, on }: Lab) =>
  cluster.mode === 'nftables'
    ? on('nodea', 'nft -f -', {
        stdin: `table ip bypass { chain prerouting { type filter hook prerouting priority raw; ip saddr ${pods} meta l4proto udp notrack; }; }`,
      })
    : on('nodea', `iptables -t raw -A PREROUTING -s ${pods} -p udp -j CT --notrack`)

const bypassesNoMore = ({ cluster, on }: Lab) =>
  cluster.mode === 'nftables'
    ? on('nodea', 'nft delete table ip bypass')
    : on('nodea', `iptables -t raw -D PREROUTING -s ${pods} -p udp -j CT --notrack`)
