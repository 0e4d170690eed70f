import { addressOf } from '../cluster/places.ts'
import { between, client, exactly, kernel, none, only } from '../proof.ts'
import { asks, echo } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const all = { mode: ['fresh', 'pinned'] } as const

export const udpCleanUp: Scenario = {
  name: 'udp-clean-up',
  summary: 'UDP pods are replaced and kube-proxy deletes their conntrack entries: nobody notices',
  means:
    'How it should be: new rules, then the entries to the old pods are deleted, then the old pods go. The next question of a pinned port makes a new entry; an answer that is under way in that very moment may be lost. Whatever longhold reported here would be a false alarm.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1', 'srv2'], spare: ['srv2'], dns: ['dns1'], places: ['dns2'] },
  probes: [asks('dns', { pinnedPort: 40_053 }), echo('echo', { pinnedPort: 40_700 })],

  async stage(lab) {
    await lab.until('every port is answered', ({ client }) => client.asked(all).length >= 16)
    await lab.changes('dns2 and srv2 take over, kube-proxy cleans up, dns1 and srv1 go', async () => {
      await lab.cluster.startDns('dns2')
      await lab.proxy.endpoints('dns', addressOf('dns2'))
      await lab.proxy.endpoints('longhold', addressOf('srv2'))
      await lab.passes('500ms', 'what is under way is answered')
      for (const command of await lab.proxy.cleansUp()) lab.says(command)
      for (const pod of ['dns1', 'srv1']) await lab.on('nodeb', `ip link delete ${pod}`)
    })
    await lab.until('all ask on', ({ client }) => client.begun('changed').asked(all).length >= 32)
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('changed').faults(), none),
    client(
      'no fault after',
      ({ client }) =>
        client
          .begun('changed')
          .undisturbed()
          .map(({ fate }) => fate),
      only('ok'),
    ),
    client(
      'at most what was under way in that moment is lost',
      ({ client }) => client.faults(),
      between(0, 4), // one of each series
    ),
    client(
      'by srv2 as soon as it took over, the pinned port too',
      ({ client }) =>
        client
          .begun('changed')
          .since('changed', 500)
          .undisturbed({ probe: 'echo' })
          .map(({ mode, by = '' }) => `${mode} ${by.split('/')[0]}`),
      only('fresh srv2', 'pinned srv2'),
    ),
    kernel(
      'the entries of the pinned ports lead to dns2 and srv2',
      ({ lines }) => [
        ...lines('nodea', 'conntrack', 'ended', 'sport=40053', `src=${addressOf('dns2')}`),
        ...lines('nodea', 'conntrack', 'ended', 'sport=40700', `src=${addressOf('srv2')}`),
      ],
      exactly(2),
    ),
  ],
}
