import { addressOf } from '../cluster/places.ts'
import { atLeast, client, exactly, kernel, none, only } from '../proof.ts'
import { asks, echo } from '../probes.ts'
import type { Scenario } from '../scenario.ts'
import type { Sight } from '../seen/sight.ts'

const pinned = { mode: 'pinned' } as const

export const udpDeadProcess: Scenario = {
  name: 'udp-dead-process',
  verdict: 'udp-stale-entry',
  summary: 'the same stale entries, but only the process is dead: the pod’s address refuses',
  means:
    'A pod that is still there, with nobody on the port, answers with ICMP port unreachable. A connected socket hears ECONNREFUSED, at once; an unconnected one hears nothing and waits for its own timeout, as with a pod that is gone. The kernel sends about one such ICMP a second to one client, so "refused" and "timeout" are mixed: count them together.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1', 'srv2'], spare: ['srv2'], dns: ['dns1'], places: ['dns2'] },
  probes: [asks('dns', { pinnedPort: 40_053 }), echo('echo', { pinnedPort: 40_700 })],

  async stage(lab) {
    await lab.until('pinned ports are answered', ({ client }) => client.asked(pinned).length >= 8)
    await lab.breaks('dns2 and srv2 take over; the processes in dns1 and srv1 die, their addresses live', async () => {
      await lab.cluster.startDns('dns2')
      await lab.proxy.endpoints('dns', addressOf('dns2'))
      await lab.proxy.endpoints('longhold', addressOf('srv2'))
      await lab.passes('500ms', 'what is under way is answered')
      await lab.cluster.dns.get('dns1')?.stop()
      await lab.kills('srv1')
    })
    await lab.until('pinned ports ask on', ({ client }) => client.begun('broken').asked(pinned).length >= 32)
    await lab.heals('kube-proxy deletes the entries to the dead', () => lab.proxy.cleansUp())
    await lab.until('they ask on', ({ client }) => client.begun('healed').asked(pinned).length >= 8)
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client('pinned ports get no answer any more', sight => unheard(sight).filter(({ fate }) => fate === 'ok'), none),
    client('DNS is refused', sight => refused(sight, 'dns'), atLeast(4)),
    client('echo is refused', sight => refused(sight, 'echo'), atLeast(4)),
    client(
      'what is not refused is a timeout',
      sight => unheard(sight).filter(({ fate }) => fate !== 'refused' && fate !== 'timeout'),
      none,
    ),
    client(
      'fresh ports lose nothing',
      ({ client }) => client.undisturbed({ mode: 'fresh' }).map(({ fate }) => fate),
      only('ok'),
    ),
    kernel(
      'the pods’ kernels say port unreachable',
      ({ rose }) => Math.min(rose('dns1', 'Icmp OutDestUnreachs'), rose('srv1', 'Icmp OutDestUnreachs')),
      atLeast(2),
    ),
    kernel('fewer times than the client’s asked', sight => rateLimited(sight), atLeast(1)),
    kernel(
      'the entry of the pinned DNS port still leads to dns1',
      ({ lines }) => lines('nodea', 'conntrack', 'broken', 'sport=40053', `src=${addressOf('dns1')}`),
      exactly(1),
    ),
    client(
      'the next question is answered, and all after it',
      ({ client }) =>
        client
          .begun('healed')
          .undisturbed(pinned)
          .map(({ fate }) => fate),
      only('ok'),
    ),
  ],
}

const unheard = ({ client }: Sight) => client.begun('broken').since('broken', 500).before('healed').asked(pinned)
const refused = (sight: Sight, probe: string) =>
  unheard(sight).filter(each => each.probe === probe && each.fate === 'refused' && each.code.startsWith('ECONNREFUSED'))

const rateLimited = ({ client, rose }: Sight) =>
  client.begun('broken', 'healed').asked(pinned).length -
  rose('dns1', 'Icmp OutDestUnreachs') -
  rose('srv1', 'Icmp OutDestUnreachs')
