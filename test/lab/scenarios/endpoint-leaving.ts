import { addressOf } from '../cluster/places.ts'
import { asks } from '../probes.ts'
import { atLeast, client, kernel, none, only } from '../proof.ts'
import type { Scenario } from '../scenario.ts'

export const endpointLeaving: Scenario = {
  name: 'endpoint-leaving',
  summary: 'one of three DNS pods is told to end, and is gone before the nodes have heard of it (planned)',
  means:
    'The cluster says that the pod terminates; its process ends at once, and for three seconds more the nodes lead a third of the questions there. Each is a lost answer, and an application waits its 5 s for it. Then it is over. That is a rollout, not a fault; what helps is a DNS server that answers on for a while after it was told to end (lameduck).',
  modes: ['iptables', 'nftables'],
  cluster: { servers: [], dns: ['dns1', 'dns2', 'dns3'], api: true },
  probes: [
    asks('dns', { ports: ['fresh', 'pinned'], every: '100ms', timeout: '1s' }),
    asks('living', { servers: [addressOf('dns1')], timeout: '3s' }),
  ],

  async stage(lab) {
    await lab.until('everybody is answered', ({ client }) => client.asked({ fate: 'ok' }).length >= 80)
    await lab.changes('dns3 is told to end, ends at once, and its network goes with it', async () => {
      await lab.tellsApi(['dns1', 'dns2'], ['dns3'])
      await lab.on('nodeb', `ip route add blackhole ${addressOf('dns3')}`)
    })
    await lab.until(
      'some questions from new ports meet nobody',
      ({ client }) => client.begun('changed').asked({ mode: 'fresh', fate: 'timeout' }).length >= 5,
    )
    await lab.heals('the nodes hear of it: kube-proxy leads past it, and deletes its conntrack entries', async () => {
      await lab.proxy.endpoints('dns', addressOf('dns1'), addressOf('dns2'))
      await lab.proxy.cleansUp()
      await lab.tellsApi(['dns1', 'dns2'])
    })
    await lab.until('all is answered again', ({ client }) => client.begun('healed').asked({ fate: 'ok' }).length >= 80)
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('changed').faults(), none),
    client(
      'some questions from new ports hear nothing',
      ({ client }) => client.asked({ mode: 'fresh', fate: 'timeout', probe: 'dns' }),
      atLeast(5),
    ),
    client(
      'a timeout each',
      ({ client }) => client.asked().flatMap(({ fate }) => (fate === 'ok' ? [] : fate)),
      only('timeout'),
    ),
    client(
      'straight to a living pod every question is answered',
      ({ client }) => client.asked({ probe: 'living' }).map(({ fate }) => fate),
      only('ok'),
    ),
    kernel('the rules lead to it', ({ lines }) => lines('nodea', 'rules', 'changed', addressOf('dns3')), atLeast(1)),
    kernel('until they do not', ({ lines }) => lines('nodea', 'rules', 'healed', addressOf('dns3')), none),
    client(
      'then every question is answered',
      ({ client }) =>
        client
          .begun('healed')
          .undisturbed()
          .map(({ fate }) => fate),
      only('ok'),
    ),
  ],
}
