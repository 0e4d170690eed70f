import { addressOf } from '../cluster/places.ts'
import { atLeast, client, kernel, none, only } from '../proof.ts'
import { asks } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

export const ipvsUdpWeightZero: Scenario = {
  name: 'ipvs-udp-weight-zero',
  verdict: 'ipvs-ghost',
  summary: 'a dead DNS pod left at weight 0: a pinned port asks it for ever, fresh ports are fine',
  means:
    'What kube-proxy of 2019 left behind for UDP ("Not deleting, RS ... 0 ActiveConn, 3 InactiveConn"). Weight 0 keeps new flows away, but a source port that goes on asking refreshes its own entry to the dead pod. expire_nodest_conn and expire_quiescent_template change nothing; only silence for longer than the UDP timeout, or deleting the real server, heals it.',
  modes: ['ipvs'],
  cluster: { dns: ['dns1'], places: ['dns2'], servers: [], memory: { ipvsUdp: 60 } },
  probes: [asks('dns', { every: '500ms', timeout: '2s' })],

  async stage(lab) {
    await lab.until(
      'the pinned port is answered',
      ({ client }) => client.asked({ mode: 'pinned', fate: 'ok' }).length >= 3,
    )
    await lab.breaks('dns1 dies and goes to weight 0; dns2 takes over', async () => {
      await lab.cluster.startDns('dns2')
      await lab.proxy.endpoints('dns', { address: addressOf('dns1'), weight: 0 }, addressOf('dns2'))
      await lab.on('nodeb', 'ip link set dns1 down')
    })
    await lab.until(
      'the pinned port met its timeout again and again',
      ({ client }) => client.since('broken', 2500).asked({ mode: 'pinned', fate: 'timeout' }).length >= 6,
    )
    await lab.heals('the real server is deleted', () => lab.proxy.endpoints('dns', addressOf('dns2')))
    await lab.until(
      'the pinned port is answered again',
      ({ client }) => client.since('healed').asked({ mode: 'pinned', fate: 'ok' }).length >= 3,
    )
  },

  proofs: [
    client(
      'no answer to the pinned port while broken',
      ({ client }) =>
        client
          .since('broken', 2500)
          .before('healed')
          .undisturbed({ mode: 'pinned' })
          .map(({ fate }) => fate),
      only('timeout'),
    ),
    client(
      'fresh ports are answered all along',
      ({ client }) => client.asked({ mode: 'fresh', fate: 'timeout' }),
      none,
    ),
    client(
      'answered once the server is gone',
      ({ client }) => client.since('healed').asked({ mode: 'pinned', fate: 'ok' }),
      atLeast(3),
    ),
    kernel(
      'the pinned port’s entry leads to the dead pod',
      ({ lines }) => lines('nodea', 'ip_vs_conn', 'broken', 'UDP', '0AF40235'),
      atLeast(1),
    ),
    kernel(
      'whose weight is 0',
      ({ lines }) => lines('nodea', 'ip_vs', 'broken', '0AF40235:0035').map(line => line.trim().split(/\s+/)[3] ?? ''),
      only('0'),
    ),
  ],
}
