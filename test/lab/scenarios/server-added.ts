import { addressOf } from '../cluster/places.ts'
import { held } from '../probes.ts'
import { client, exactly, ledger, none, only, servers } from '../proof.ts'
import type { Scenario } from '../scenario.ts'

const each = 9
const third = each / 3
const byName = { path: 'pod', to: 'longhold-pods', reconnect: { base: '500ms', cap: '2s' } } as const
const cohorts = ['we-speak', 'they-speak', 'http']

export const serverAdded: Scenario = {
  name: 'server-added',
  summary: 'a third server is added: connections straight to pods move to it one by one (planned)',
  means:
    'The name of the pods leads to one more. Once it has stayed for a while each cohort gives it its part: whoever has just survived a silence says goodbye and goes there. Both sides count these ends as planned, and every other connection stays where it is.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1', 'srv2', 'srv3'], spare: ['srv3'], names: { 'longhold-pods': ['srv1', 'srv2'] } },
  probes: [
    held('we-speak', each, '1s', byName),
    held('they-speak', each, '1s', { speaker: 'server', ...byName }),
    { ...held('http', each, '1s', byName), kind: 'http-hold' },
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.changes('srv3 is an endpoint as well', async () => {
      await lab.proxy.endpoints('longhold', ...(['srv1', 'srv2', 'srv3'] as const).map(addressOf))
      lab.leads('longhold-pods', 'srv1', 'srv2', 'srv3')
    })
    await lab.until(
      'a third of each cohort has moved there',
      ({ client }) =>
        cohorts.every(
          cohort =>
            client
              .since('changed')
              .opened({ cohort })
              .filter(({ peer }) => peer.pod === 'srv3').length >= third,
        ),
      '90s',
    )
    await lab.until(
      'and is used',
      ({ client, servers }) =>
        cohorts.every(cohort => client.since('changed').exchanged({ cohort }).length >= 2 * each) &&
        servers.exchanged().some(({ pod }) => pod === 'srv3'),
    )
  },

  proofs: [
    client('no fault at all', ({ client }) => client.faults(), none),
    servers('no fault at all', ({ servers }) => servers.faults(), none),
    client(
      'every end is a move',
      ({ client }) =>
        client.ended().map(({ fate, code, planned }) => `${fate} ${code}, ${planned ? 'planned' : 'a fault'}`),
      only('cancelled MOVE, planned'),
    ),
    client('no more of them than it takes', ({ client }) => client.ended(), exactly(cohorts.length * third)),
    servers(
      'as many goodbyes are heard',
      ({ servers }) => servers.ended({ fate: 'closed', planned: true }),
      exactly(cohorts.length * third),
    ),
    ...(['srv1', 'srv2', 'srv3'] as const).map(server =>
      ledger(
        `a third is at ${server}`,
        ({ ledger }) => ledger('ended').filter(({ state, pod }) => state === 'open' && pod === server),
        exactly(cohorts.length * third),
      ),
    ),
  ],
}
