import { far } from '../cluster/places.ts'
import { direct, held } from '../probes.ts'
import { atLeast, client, none, type Proof, servers } from '../proof.ts'
import type { Scenario } from '../scenario.ts'

export const each = 20

/** Connections through a gateway that forgets after 3 s, one silence of 4 s each: without keepalive, with it, and past the gateway. */
export const through = (gateway: 'drops' | 'resets') =>
  ({
    modes: ['iptables', 'nftables'],
    cluster: { servers: ['srv1', 'srv2', 'far'], gateway, memory: { gateway: 3 } },
    probes: [
      held('silent', each, '4s', { to: far.address }),
      held('kept', each, '4s', { to: far.address, keepalive: { idle: '1s', interval: '1s', count: 5 } }),
      direct('direct', each, '4s', ['srv1', 'srv2']),
    ],

    async stage(lab) {
      await lab.untilOpen()
      await lab.until(
        'every question is answered, or met its end',
        ({ client }) =>
          client.ended({ cohort: 'silent' }).length + client.exchanged({ cohort: 'silent' }).length >= each &&
          client.exchanged({ cohort: 'kept' }).length >= each &&
          client.exchanged({ cohort: 'direct' }).length >= each,
      )
      await lab.looks('after the silence')
    },
  }) satisfies Partial<Scenario>

/** Whom it does not hurt, and who does not notice. */
export const spared: readonly Proof[] = [
  client(
    'through the same gateway keepalive below its timeout saves every one',
    ({ client }) => client.exchanged({ cohort: 'kept' }),
    atLeast(each),
  ),
  client('none of those is lost', ({ client }) => client.ended({ cohort: 'kept' }), none),
  client('nor of those that do not cross it', ({ client }) => client.ended({ cohort: 'direct' }), none),
  servers('notice nothing by themselves', ({ servers }) => servers.ended({ zombie: false, planned: false }), none),
]
