import { addressOf, longholdService } from '../cluster/places.ts'
import { echo, held } from '../probes.ts'
import { atLeast, client, exactly, kernel, ledger, none, only, servers } from '../proof.ts'
import type { Scenario } from '../scenario.ts'

const each = 10
const all = 3 * each
const again = { reconnect: { base: '500ms', cap: '1s' } }
const places = ['srv1', 'srv2'] as const

export const scaledToZero: Scenario = {
  name: 'scaled-to-zero',
  summary: 'the servers are scaled to zero, and back after a while (planned)',
  means:
    'Every pod says goodbye and leaves the Service; until there are new ones the node refuses whoever connects, because the Service has no endpoints. That somebody wanted it so shows in the goodbyes: it is a plan, not a fault, and nobody is paged.',
  modes: ['iptables', 'nftables'],
  cluster: {},
  probes: [
    held('asking', each, '1s', { speaker: 'both', ...again }),
    held('silent', each, '10m', again),
    { ...held('http', each, '1s', again), kind: 'http-hold', to: `${longholdService}:7001` },
    echo('echo'),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until('UDP is answered', ({ client }) => client.asked({ fate: 'ok' }).length >= 8)
    await lab.changes('both servers are told to stop, and leave the Service', async () => {
      await lab.proxy.endpoints('longhold')
      await Promise.all(places.map(place => lab.stops(place)))
    })
    await lab.until(
      'whoever connects is refused, many times',
      ({ client }) =>
        client.ended({ phase: 'connect' }).length >= 2 * all &&
        client.begun('changed').asked({ mode: 'fresh' }).length >= 12,
    )
    await lab.looks('at zero')
    await lab.changes('two servers start, and are endpoints', async () => {
      await Promise.all(places.map(place => lab.starts(place)))
      await lab.proxy.endpoints('longhold', ...places.map(addressOf))
      await lab.proxy.cleansUp()
    })
    await lab.until('all are held again', ({ client }) => client.opened().length >= 2 * all)
    await lab.until(
      'and used',
      ({ client }) =>
        client.since('changed').exchanged().length >= 2 * each &&
        client.begun('changed').asked({ fate: 'ok' }).length >= 8,
    )
  },

  proofs: [
    client('no connection meets a fault', ({ client }) => client.ended({ planned: false }), none),
    servers('no fault', ({ servers }) => servers.faults(), none),
    client(
      'hears a goodbye on each connection',
      ({ client }) => client.ended({ fate: 'closed', code: 'BYE server stops', planned: true }),
      exactly(all),
    ),
    client(
      'connects are refused, or hear nothing where the node may not refuse so often, which is planned too',
      ({ client }) => client.ended({ phase: 'connect' }).map(({ planned }) => planned),
      only(true),
    ),
    kernel(
      'it is the node that refuses: ICMP, for there is no endpoint',
      ({ rose }) => rose('client', 'Icmp InDestUnreachs'),
      atLeast(6),
    ),
    kernel(
      'and its rules say so',
      ({ lines }) => [
        ...lines('nodea', 'rules', 'at zero', 'has no endpoints'),
        ...lines('nodea', 'rules', 'at zero', 'goto reject-chain'),
      ],
      atLeast(1),
    ),
    ledger(
      'the new processes hold them all',
      ({ ledger }) => ledger('ended').filter(({ state }) => state === 'open'),
      exactly(all),
    ),
  ],
}
