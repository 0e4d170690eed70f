import { longholdService, nodes, pods } from '../cluster/places.ts'
import { held } from '../probes.ts'
import { atLeast, client, exactly, kernel, ledger, none, oneIn, only } from '../proof.ts'
import type { Scenario } from '../scenario.ts'

const self = pods.srv1.address

export const masqueradeHairpin: Scenario = {
  name: 'masquerade-hairpin',
  verdict: 'snat-missing/hairpin',
  summary: 'a pod that is a server of its own client’s Service; the node no longer masquerades hairpins',
  means:
    'When the node picks the pod itself, the pod gets a packet from its own address, which no kernel believes, and drops it. One in N new connections of that pod times out, N being the number of servers; every other client, and everything open, is fine. Rules of kube-proxy that mark for masquerading (KUBE-POSTROUTING, or the masquerading chain) are gone from that node.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1', 'srv2', 'srv3'], client: 'srv1' },
  probes: [held('settled', 30, '1s'), held('newcomers', 450, '10m', { spread: '30s', deadline: '2s' })],

  async stage(lab) {
    await lab.until(
      'connections are held, and more come',
      ({ client }) =>
        client.exchanged({ cohort: 'settled' }).length >= 30 && client.opened({ cohort: 'newcomers' }).length >= 10,
    )
    await lab.breaks('the node no longer masquerades what it has marked for it', () =>
      lab.proxy.wants({ masqueradeMarked: false }, 'nodeb'),
    )
    await lab.until('fifty newcomers know their fate', ({ client }) => {
      const since = client.begun('broken')
      return since.opened({ cohort: 'newcomers' }).length + since.ended({ cohort: 'newcomers' }).length >= 50
    })
    await lab.looks('a third in vain')
    await lab.heals('the rules are synced again', () => lab.proxy.wants({ masqueradeMarked: true }, 'nodeb'))
    await lab.passes('3s', 'the last of them know their fate, and others come')
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client(
      'one in three newcomers times out while connecting',
      ({ client }) => {
        const since = client.begun('broken', 'healed')
        return [
          ...since.opened({ cohort: 'newcomers' }),
          ...since.ended({ cohort: 'newcomers', fate: 'timeout', phase: 'connect' }),
        ].map(({ type }) => type === 'ended')
      },
      oneIn(3),
    ),
    client(
      'the others reach the other servers',
      ({ client }) =>
        client
          .begun('broken', 'healed')
          .opened({ cohort: 'newcomers' })
          .map(({ peer }) => peer.pod),
      only('srv2', 'srv3'),
    ),
    client('what was open goes on', ({ client }) => client.ended({ cohort: 'settled' }), none),
    client(
      'one in three of them is held by the pod itself',
      ({ client }) => client.opened({ cohort: 'settled' }).map(({ peer }) => peer.pod === 'srv1'),
      oneIn(3),
    ),
    client('once healed nobody times out', ({ client }) => client.begun('healed').ended({ cohort: 'newcomers' }), none),
    client(
      'and one in three reaches the pod itself',
      ({ client }) =>
        client
          .begun('healed')
          .opened({ cohort: 'newcomers' })
          .map(({ peer }) => peer.pod === 'srv1'),
      oneIn(3),
    ),
    ledger(
      'of the pod itself: it meets its own client under an address of its node',
      ({ ledger }) =>
        ledger('broken')
          .filter(({ pod }) => pod === 'srv1')
          .map(({ remote }) => remote.includes(nodes.nodeb.gateway)),
      only(true),
    ),
    kernel(
      'entries from the pod to itself, without an answer',
      ({ lines }) =>
        lines(
          'nodeb',
          'conntrack',
          'a third in vain',
          'SYN_SENT',
          `src=${self} dst=${longholdService}`,
          `src=${self} dst=${self}`,
          'UNREPLIED',
        ),
      atLeast(1),
    ),
    kernel(
      'no such entries before',
      ({ lines }) => lines('nodeb', 'conntrack', 'broken', 'ESTABLISHED', `src=${self} dst=${self}`),
      exactly(0),
    ),
  ],
}
