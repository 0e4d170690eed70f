import { atLeast, client, exactly, kernel, ledger, none, only, servers } from '../proof.ts'
import { held } from '../probes.ts'
import { longholdService } from '../cluster/places.ts'
import type { Scenario } from '../scenario.ts'

const each = 10
const all = 3 * each
const again = { reconnect: { base: '500ms', cap: '1s' } }

export const serverRestarted: Scenario = {
  name: 'server-restarted',
  summary: 'the only server is restarted in place: it says goodbye, and comes back (planned)',
  means:
    'A server that is told to stop says goodbye on every connection. Connects that fail in the minute after it belong to the same restart: refused, and planned. Nobody reports a fault, and every connection comes back.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1'] },
  probes: [
    held('asking', each, '1s', { speaker: 'both', ...again }),
    held('silent', each, '10m', again),
    { ...held('http', each, '1s', again), kind: 'http-hold', to: `${longholdService}:7001` },
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.changes('srv1 is told to stop', () => lab.stops('srv1'))
    await lab.until('connects are refused', ({ client }) => client.ended({ phase: 'connect' }).length > 0)
    await lab.changes('it starts again', () => lab.starts('srv1'))
    await lab.until('all are held again', ({ client }) => client.opened().length >= 2 * all)
    await lab.until('and used', ({ client }) => client.since('changed').exchanged().length >= 2 * each)
  },

  proofs: [
    client('no fault', ({ client }) => client.faults(), none),
    servers('no fault', ({ servers }) => servers.faults(), none),
    client(
      'hears a goodbye on each connection',
      ({ client }) => client.ended({ fate: 'closed', code: 'BYE server stops', planned: true }),
      exactly(all),
    ),
    servers('ends each itself', ({ servers }) => servers.ended({ planned: true }), exactly(all)),
    client(
      'connects are refused meanwhile, which is planned too',
      ({ client }) => client.ended({ phase: 'connect' }).map(({ fate, planned }) => `${fate} ${planned}`),
      only('refused true'),
    ),
    client('every connection is held again', ({ client }) => client.opened(), atLeast(2 * all)),
    ledger('of the new process holds them all', ({ ledger }) => ledger('ended'), exactly(all)),
    kernel('nobody was reset', ({ rose }) => rose('client', 'Tcp EstabResets'), none),
  ],
}
