import type { Lie } from '../cluster/dns-lies.ts'
import { interposed } from '../cluster/interposed.ts'
import { addressOf } from '../cluster/places.ts'
import { asks } from '../probes.ts'
import { client, kernel, none, only, type Proof } from '../proof.ts'
import type { Scenario } from '../scenario.ts'

const lies: readonly Lie[] = ['other-id', 'other-question', 'other-source', 'stub', 'garbage', 'cut']
/** The first label tells the relay how to lie. */
const nameFor = (lie: Lie) => `${lie}.lies.cluster.local`

export const lyingDns: Scenario = {
  name: 'lying-dns',
  verdict: 'dns-failing',
  summary: 'a DNS server answers with another id or question, from another address, with noise or half an answer',
  means:
    'An answer counts when it has our id and our question, comes from whom we asked, and can be read to its end. What fails one of these is set aside under its reason and the question waits on, as a resolver does; a good answer could still come. Something that speaks in the DNS server’s place (a middlebox, a captive portal, an attacker who guesses) shows as one of these, a broken server as malformed.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: [], dns: ['dns1', 'dns2'], spare: ['dns2'] },
  probes: [
    ...lies.map(lie => asks(lie, { names: [nameFor(lie)], timeout: '2s' })),
    asks('honest', { timeout: '10s' }),
    asks('elsewhere', { names: lies.map(nameFor), timeout: '10s', servers: [addressOf('dns2')] }),
  ],

  async stage(lab) {
    await lab.until('every name is answered', ({ client }) => client.asked({ fate: 'ok' }).length >= 8 * lies.length)
    await lab.breaks('dns1 lies to whoever asks below lies.cluster.local', () => interposed('dns1', {}))
    await lab.until('each lie was told some times', ({ client }) =>
      lies.every(probe => client.begun('broken').asked({ probe }).length >= 16),
    )
  },

  remedy: {
    says: 'nobody speaks in the DNS server’s place any more',
    work: async lab => {
      await lab.on('dns1', 'nft delete table ip relay')
      await lab.on('dns1', 'conntrack -F')
    },
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    ...becomes('other-id', 'timeout DEADLINE', 'foreign'),
    ...becomes('other-question', 'timeout DEADLINE', 'foreign'),
    ...becomes('other-source', 'wrong-source WRONG_SOURCE', 'wrong-source'),
    ...becomes('stub', 'timeout DEADLINE', 'malformed'),
    ...becomes('garbage', 'wrong-reply WRONG_REPLY malformed', 'malformed'),
    ...becomes('cut', 'wrong-reply WRONG_REPLY malformed', 'malformed'),
    client(
      'the other address is told by name',
      ({ client }) =>
        client
          .begun('broken')
          .undisturbed({ fate: 'wrong-source' })
          .map(({ by }) => `${by}`),
      only('10.244.2.99'),
    ),
    client('who is told no lie hears none', ({ client }) => client.asked({ probe: 'honest' }).filter(isNotOk), none),
    client(
      'nobody who asks the other server for the same names does',
      ({ client }) => client.asked({ probe: 'elsewhere' }).filter(isNotOk),
      none,
    ),
    kernel(
      'no kernel sees anything wrong with these datagrams',
      ({ rose }) => rose('client', 'Udp InErrors') + rose('client', 'Udp NoPorts') + rose('nodea', 'conntrack invalid'),
      none,
    ),
  ],
}

const isNotOk = ({ fate }: { readonly fate: string }) => fate !== 'ok'

/** What a lie becomes: the fate of the question, and why the answer was set aside. Never an answer. */
function becomes(lie: Lie, fate: string, stray: string): Proof[] {
  return [
    client(
      `${lie}: the question ends as`,
      ({ client }) =>
        client
          .begun('broken')
          .since('broken', 1500) // none of these ends sooner; a good answer from before may, read late by a busy client
          .undisturbed({ probe: lie })
          .map(each => `${each.fate} ${each.code}`),
      only(fate),
    ),
    client(
      `${lie}: the answer is`,
      ({ client }) =>
        client
          .since('broken', 1500)
          .strayed({ probe: lie })
          .map(({ what }) => what),
      only(stray),
    ),
  ]
}
