import { addressOf } from '../cluster/places.ts'
import { between, client, exactly, kernel, none } from '../proof.ts'
import { asks } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const ports = [31_001, 31_003, 31_005, 31_007]

export const ipvsUdpDeadServer: Scenario = {
  name: 'ipvs-udp-dead-server',
  verdict: 'dead-endpoint',
  summary: 'a dead real server at full weight: 1/N of all questions wait for their timeout (the 5 s DNS black hole)',
  means:
    'Round robin goes on handing every second new flow to a pod that is gone; a port that was handed to it once stays with it for as long as it asks. An application waits for its resolver’s timeout, 5 s by default, and then is lucky or not.',
  modes: ['ipvs'],
  tested: false,
  cluster: { dns: ['dns1', 'dns2'], servers: [] },
  probes: [
    asks('fresh', { ports: ['fresh'], every: '500ms', timeout: '2s' }),
    ...ports.map(port =>
      asks(`pinned-${port}`, { ports: ['pinned'], pinnedPort: port, every: '500ms', timeout: '2s' }),
    ),
    asks('lookup', { ports: [], every: '2s', resolver: { timeout: '1s', attempts: 2 } }),
  ],

  async stage(lab) {
    await lab.until('every port is answered', ({ client }) =>
      ports.every(port => client.asked({ probe: `pinned-${port}`, fate: 'ok' }).length > 0),
    )
    await lab.breaks('dns1 dies, and nobody takes it out of IPVS', () => lab.on('nodeb', 'ip link set dns1 down'))
    await lab.passes('14s', 'questions go on')
  },

  remedy: {
    says: 'the dead real server is deleted',
    work: lab => lab.proxy.endpoints('dns', addressOf('dns2')),
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client(
      'of those asked from fresh ports, so many percent time out',
      ({ client }) => percent(client.since('broken', 2500).asked({ probe: 'fresh' })),
      between(35, 65),
    ),
    client(
      'pinned ports are all good or all bad',
      ({ client }) =>
        ports.filter(
          port =>
            new Set(
              client
                .since('broken', 2500)
                .undisturbed({ probe: `pinned-${port}` })
                .map(({ fate }) => fate),
            ).size !== 1,
        ),
      none,
    ),
    client(
      'half of them are bad: round robin',
      ({ client }) =>
        ports.filter(
          port => client.since('broken', 2500).asked({ probe: `pinned-${port}`, fate: 'timeout' }).length > 0,
        ),
      between(1, 3),
    ),
    client(
      'nothing but timeouts',
      ({ client }) => client.faults().filter(seen => !('fate' in seen) || seen.fate !== 'timeout'),
      none,
    ),
    kernel(
      'IPVS gives the dead server as much weight as the other',
      ({ lines }) =>
        lines('nodea', 'ip_vs', 'ended', '0AF40235:0035').filter(line => line.trim().split(/\s+/)[3] === '1'),
      exactly(2),
    ),
  ],
}

const percent = (asked: readonly { readonly fate: string }[]) =>
  Math.round((100 * asked.filter(({ fate }) => fate === 'timeout').length) / asked.length)
