import { atLeast, client, none, servers } from '../proof.ts'
import { held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 10

export const ipvsKeepaliveBelow: Scenario = {
  name: 'ipvs-keepalive-below',
  verdict: 'ipvs-expiry',
  summary: 'keepalive below the IPVS timeout: the connection survives',
  means:
    'Keepalive probes refresh the IPVS entry as they do conntrack’s. Set keepalive idle well below 900 s and no silence is too long.',
  modes: ['ipvs'],
  tested: false,
  cluster: { memory: { ipvsTcp: 5 } },
  probes: [
    held('kept', each, '10s', { keepalive: { idle: '1s', interval: '1s', count: 20 } }),
    held('silent', each, '10s'),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until(
      'the silence is over',
      ({ client }) =>
        client.exchanged({ cohort: 'kept' }).length >= each &&
        client.ended({ cohort: 'silent', phase: 'exchange' }).length >= each,
    )
  },

  proofs: [
    client(
      'every connection with keepalive survives',
      ({ client }) => client.exchanged({ cohort: 'kept' }),
      atLeast(each),
    ),
    client('none is lost', ({ client }) => client.ended({ cohort: 'kept' }), none),
    servers('none there', ({ servers }) => servers.ended({ cohort: 'kept' }), none),
    client(
      'every one without is reset',
      ({ client }) => client.ended({ cohort: 'silent', fate: 'reset', phase: 'exchange' }),
      atLeast(each),
    ),
    client('and not one of them is answered', ({ client }) => client.exchanged({ cohort: 'silent' }), none),
  ],
}
