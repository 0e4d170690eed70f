import { addressOf, longholdService } from '../cluster/places.ts'
import { client, exactly, ledger, none, only, servers } from '../proof.ts'
import { held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 8
const again = { reconnect: { base: '500ms', cap: '2s' } }
const byName = { path: 'pod', to: 'longhold-pods', ...again }
const wasOpen = { phase: ['idle', 'exchange'] } as const
const cohorts = ['service', 'silent', 'http', 'by-name', 'by-name-silent', 'by-name-http']

export const rollingUpdate: Scenario = {
  name: 'rolling-update',
  summary: 'a rolling update of the servers: new pods come, old ones say goodbye (planned)',
  means:
    'Each old pod leaves the Service and the name first, then it is told to stop, says goodbye on every connection and closes it. Both sides count these ends as planned; nobody reports a fault. Whoever reconnects meets a pod that stays.',
  modes: ['iptables', 'nftables'],
  cluster: {
    servers: ['srv0', 'srv1', 'srv2', 'srv3'],
    spare: ['srv0', 'srv3'],
    names: { 'longhold-pods': ['srv1', 'srv2'] },
  },
  probes: [
    held('service', each, '1s', { speaker: 'both', ...again }),
    held('silent', each, '10m', again),
    { ...held('http', each, '1s', again), kind: 'http-hold', to: `${longholdService}:7001` },
    held('by-name', each, '1s', { speaker: 'both', ...byName }),
    held('by-name-silent', each, '10m', byName),
    { ...held('by-name-http', each, '1s', byName), kind: 'http-hold' },
  ],

  async stage(lab) {
    await lab.untilOpen()
    for (const [goes, now] of [
      ['srv1', ['srv2', 'srv3']],
      ['srv2', ['srv3', 'srv0']],
    ] as const) {
      await lab.changes(`${now.join(' and ')} are endpoints now; then ${goes} is told to stop`, async () => {
        await lab.proxy.endpoints('longhold', ...now.map(addressOf))
        lab.leads('longhold-pods', ...now)
        await lab.stops(goes)
      })
      await lab.until(
        'all are held again',
        ({ client }) => client.opened().length - client.ended(wasOpen).length === all,
      )
    }
    await lab.until('and used', ({ client }) =>
      cohorts
        .filter(name => !name.includes('silent'))
        .every(cohort => client.since('changed').exchanged({ cohort }).length >= each),
    )
  },

  proofs: [
    client('no fault at all', ({ client }) => client.faults(), none),
    servers('no fault at all', ({ servers }) => servers.faults(), none),
    client(
      'every end is a goodbye',
      ({ client }) => client.ended(wasOpen).map(({ code, planned }) => `${code}, ${planned ? 'planned' : 'a fault'}`),
      only('BYE server stops, planned'),
    ),
    client(
      'and the servers count as many',
      ({ client, servers }) => servers.ended({ planned: true }).length - client.ended(wasOpen).length,
      exactly(0),
    ),
    client(
      'through the Service every connect succeeds',
      ({ client }) => client.ended({ phase: 'connect', path: 'service' }),
      none,
    ),
    client(
      'a name may lead to the old pod until it is looked up again: refused at the most, and planned',
      ({ client }) =>
        client.ended({ phase: 'connect', path: 'pod' }).filter(({ fate, planned }) => fate !== 'refused' || !planned),
      none,
    ),
    client(
      'the name spread its connections over both pods',
      ({ client }) =>
        client
          .before('changed')
          .opened({ cohort: 'by-name-silent' })
          .filter(({ peer }) => peer.pod === 'srv1'),
      exactly(each / 2),
    ),
    servers(
      'the old pods say goodbye to all they hold',
      ({ servers }) => new Set(servers.ended().map(({ pod }) => pod)).size,
      exactly(2),
    ),
    ledger(
      'all are held',
      ({ ledger }) => ledger('ended').filter(({ state }) => state === 'open'),
      exactly(cohorts.length * each),
    ),
    ledger(
      'by the new pods only',
      ({ ledger }) =>
        ledger('ended')
          .filter(({ state }) => state === 'open')
          .map(({ pod }) => pod),
      only('srv0', 'srv3'),
    ),
  ],
}

const all = cohorts.length * each
