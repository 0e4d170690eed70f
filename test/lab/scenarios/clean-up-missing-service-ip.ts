import { addressOf, longholdService } from '../cluster/places.ts'
import { client, exactly, kernel, none, only } from '../proof.ts'
import { asks, echo } from '../probes.ts'
import type { Scenario } from '../scenario.ts'
import { cleansUpByHand, failsToCleanUp, withoutConntrack } from './without-conntrack.ts'

const [pinned, fresh] = [
  { probe: 'echo', mode: 'pinned' },
  { probe: 'echo', mode: 'fresh' },
] as const

export const cleanUpMissingServiceIp: Scenario = {
  name: 'clean-up-missing-service-ip',
  verdict: 'udp-stale-entry',
  summary: 'a Service is deleted, kube-proxy has no "conntrack" program: it keeps answering whoever asked before',
  means:
    'The rules are gone and the entry is not, so one client goes on talking to a Service that no longer exists, and to its pods, while everybody else hears nothing. The clean-up of kube-proxy up to 1.31 is a call of "conntrack -D"; an image or a node without that program logs an error and leaves everything as it is.',
  modes: ['iptables', 'nftables'],
  cluster: { kubeProxy: withoutConntrack, servers: ['srv1'], dns: ['dns1'], memory: { udp: 3 } },
  probes: [echo('echo', { pinnedPort: 40_700 }), asks('elsewhere')],

  async stage(lab) {
    await lab.until('the pinned port is answered', ({ client }) => client.asked(pinned).length >= 4)
    await lab.breaks('the Service is deleted', async () => {
      await lab.proxy.remove('longhold')
      await failsToCleanUp(lab)
    })
    await lab.until(
      'fresh and pinned ports ask on for longer than an entry lives',
      ({ client }) => client.begun('broken').since('broken', 5000).asked(fresh).length >= 4,
    )
    await lab.looks('stale')
    await lab.heals('somebody runs what kube-proxy would have run', () => cleansUpByHand(lab))
    await lab.until('both ask on', ({ client }) => client.begun('healed').asked(pinned).length >= 4)
  },

  remedy: {
    says: 'the Service is there again, and somebody cleans up again: who asked meanwhile has an entry without NAT',
    work: async lab => {
      await lab.proxy.add({
        name: 'longhold',
        address: longholdService,
        ports: [{ name: 'udp', protocol: 'udp', port: 7000, targetPort: 7000 }],
        endpoints: [{ address: addressOf('srv1') }],
      })
      await cleansUpByHand(lab)
    },
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client(
      'fresh ports hear nothing: there is no such Service',
      ({ client }) =>
        client
          .begun('broken')
          .since('broken', 500)
          .undisturbed(fresh)
          .map(({ fate }) => fate),
      only('timeout'),
    ),
    client(
      'at another Service all is well, for fresh ports too',
      ({ client }) => client.undisturbed({ probe: 'elsewhere' }).map(({ fate }) => fate),
      only('ok'),
    ),
    client(
      'the pinned port is answered as if nothing had happened',
      ({ client }) =>
        client
          .begun('broken')
          .before('healed')
          .undisturbed(pinned)
          .map(({ fate }) => fate),
      only('ok'),
    ),
    kernel('no rule names the ClusterIP', ({ lines }) => lines('nodea', 'rules', 'stale', longholdService), none),
    kernel(
      'but an entry does, kept alive by the questions',
      ({ lines }) =>
        lines('nodea', 'conntrack', 'stale', 'sport=40700', `dst=${longholdService}`, `src=${addressOf('srv1')}`),
      exactly(1),
    ),
    client(
      'without the entry it hears as little as the others',
      ({ client }) =>
        client
          .begun('healed')
          .since('healed', 500)
          .undisturbed(pinned)
          .map(({ fate }) => fate),
      only('timeout'),
    ),
  ],
}
