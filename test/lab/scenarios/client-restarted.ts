import { atLeast, client, exactly, kernel, ledger, none, only, servers } from '../proof.ts'
import { held } from '../probes.ts'
import { longholdService } from '../cluster/places.ts'
import type { Scenario } from '../scenario.ts'

const each = 10
const all = 3 * each

export const clientRestarted: Scenario = {
  name: 'client-restarted',
  summary: 'the client is restarted: it says goodbye, and comes back (planned)',
  means:
    'A client that is told to stop says goodbye on every connection, so the servers count planned ends and no fault, and keep no zombie. The client that comes back is a new process with connections of its own.',
  modes: ['iptables', 'nftables'],
  cluster: {},
  probes: [
    held('asking', each, '1s', { speaker: 'both' }),
    held('silent', each, '10m'),
    { ...held('http', each, '1s'), kind: 'http-hold', to: `${longholdService}:7001` },
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.changes('the client is told to stop', () => lab.stops('client'))
    await lab.looks('without a client')
    await lab.changes('it starts again', () => lab.starts('client'))
    await lab.until('all are held again', ({ client }) => client.opened().length >= 2 * all)
    await lab.until('and used', ({ client }) => client.since('changed').exchanged().length >= 2 * each)
  },

  proofs: [
    client('no fault', ({ client }) => client.faults(), none),
    servers('no fault', ({ servers }) => servers.faults(), none),
    client('it ends each connection itself', ({ client }) => client.ended({ planned: true }), exactly(all)),
    servers(
      'hear a goodbye on each',
      ({ servers }) => servers.ended().map(({ fate, code, planned }) => `${fate} ${code} ${planned}`),
      only('closed BYE client stops true'),
    ),
    servers('and lose no other', ({ servers }) => servers.ended(), exactly(all)),
    ledger(
      'has none open meanwhile',
      ({ ledger }) => ledger('without a client').map(({ state }) => state),
      only('ended'),
    ),
    ledger(
      'has all open afterwards, with a new process',
      ({ ledger }) =>
        new Set(
          ledger('ended')
            .filter(({ state }) => state === 'open')
            .map(({ client }) => client.instance),
        ).size,
      exactly(1),
    ),
    client('is held again', ({ client }) => client.opened(), atLeast(2 * all)),
    kernel('nobody was reset', ({ rose }) => rose('client', 'Tcp EstabResets'), none),
  ],
}
