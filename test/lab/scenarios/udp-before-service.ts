import { addressOf } from '../cluster/places.ts'
import { atLeast, client, exactly, kernel, none, only } from '../proof.ts'
import { asks, echo } from '../probes.ts'
import type { Scenario } from '../scenario.ts'
import type { Sight } from '../seen/sight.ts'

const [pinned, fresh] = [{ mode: 'pinned' }, { mode: 'fresh' }] as const
const [lateDns, late] = ['10.96.0.11', '10.96.33.33'] as const

export const udpBeforeService: Scenario = {
  name: 'udp-before-service',
  verdict: 'udp-before-rules',
  summary: 'a Service is asked over UDP before its rules exist: the entry without NAT stays, and with it the silence',
  means:
    'The first question met no rule and left an entry without translation; conntrack looks rules up for the first packet only. While the client keeps asking from that port, its questions go to an address that nobody has, though the Service is there now and answers everybody else: silence in iptables mode, now and then "refused" in nftables mode, which rejects what is no port of a ClusterIP. The mark of it is a reply source that is the ClusterIP itself. Starting the client later, or deleting the entry, cures it.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1'], dns: ['dns1'], memory: { udp: 3 } },
  probes: [asks('dns', { servers: [lateDns], pinnedPort: 40_053 }), echo('echo', { to: late, pinnedPort: 40_700 })],

  async stage(lab) {
    await lab.until('the client asks for Services that are not there yet', ({ client }) => client.asked().length >= 16)
    await lab.breaks('they come; conntrack is left as it is', async () => {
      await lab.proxy.add({
        name: 'late-dns',
        address: lateDns,
        ports: [{ name: 'dns', protocol: 'udp', port: 53, targetPort: 53 }],
        endpoints: [{ address: addressOf('dns1') }],
      })
      await lab.proxy.add({
        name: 'late',
        address: late,
        ports: [{ name: 'udp', protocol: 'udp', port: 7000, targetPort: 7000 }],
        endpoints: [{ address: addressOf('srv1') }],
      })
    })
    await lab.until(
      'all ask on for longer than an entry lives',
      ({ client }) => client.begun('broken').since('broken', 5000).asked(pinned).length >= 8,
    )
    await lab.looks('stale')
    await lab.heals('kube-proxy deletes the entries of the new ClusterIPs', () => lab.proxy.cleansUp())
    await lab.until('all ask on', ({ client }) => client.begun('healed').asked(pinned).length >= 8)
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
    client('pinned ports never', sight => unheard(sight).filter(({ fate }) => fate === 'ok'), none),
    client(
      'nor told why, but where rules reject what is no port of a ClusterIP (nftables mode)',
      sight => [rejects(sight) === unheard(sight).some(({ fate }) => fate === 'refused')],
      only(true),
    ),
    client(
      'what is not refused is a timeout',
      sight => unheard(sight).filter(({ fate }) => fate !== 'refused' && fate !== 'timeout'),
      none,
    ),
    kernel(
      'their entries have the ClusterIP as the source of replies',
      ({ lines }) => [
        ...lines('nodea', 'conntrack', 'stale', 'sport=40053', '[UNREPLIED]', `src=${lateDns}`),
        ...lines('nodea', 'conntrack', 'stale', 'sport=40700', '[UNREPLIED]', `src=${late}`),
      ],
      exactly(2),
    ),
    kernel(
      'untranslated they are rejected, or lost at the next router, who knows no such address',
      ({ rose }) =>
        rose('nodea', 'Icmp OutDestUnreachs', ['broken', 'stale']) +
        rose('ext', 'Ip InAddrErrors', ['broken', 'stale']),
      atLeast(4),
    ),
    client(
      'without the entries the next question is answered, and all after it',
      ({ client }) =>
        client
          .begun('healed')
          .undisturbed(pinned)
          .map(({ fate }) => fate),
      only('ok'),
    ),
    kernel(
      'the new entry leads to dns1',
      ({ lines }) => lines('nodea', 'conntrack', 'ended', 'sport=40053', `src=${addressOf('dns1')}`),
      exactly(1),
    ),
  ],
}

const unheard = ({ client }: Sight) => client.begun('broken').before('healed').asked(pinned)
const rejects = ({ lines }: Sight) =>
  lines('nodea', 'rules', 'stale', 'Reject traffic to invalid ports of ClusterIPs').length > 0
