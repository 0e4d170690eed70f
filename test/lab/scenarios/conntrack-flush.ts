import { about, between, client, kernel, none, servers } from '../proof.ts'
import { direct, held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 30
const rungs = ['2s', '4s', '6s']
const reset = { cohort: 'ladder', fate: 'reset', phase: 'exchange' } as const

export const conntrackFlush: Scenario = {
  name: 'conntrack-flush',
  verdict: 'conntrack-flush',
  summary: 'somebody empties the node’s conntrack table: all ages die together',
  means:
    'The same symptom as expiry, but it does not ask how long a connection was silent: everything on one node that speaks next is a candidate, at once. Look for what restarted or ran "conntrack -F" at that moment.',
  modes: ['iptables', 'nftables'],
  cluster: {},
  probes: [held('ladder', 3 * each, '2s', { idle: rungs }), direct('direct', each, '1s', ['srv1', 'srv2'])],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until(
      'every silence was survived once',
      ({ client }) => new Set(client.exchanged({ cohort: 'ladder' }).map(({ id }) => id)).size === 3 * each,
    )
    await lab.untilSpoken('ladder')
    await lab.breaks('conntrack -F on the client’s node', () => lab.on('nodea', 'conntrack -F'))
    await lab.passes('8s', 'everyone speaks again')
  },

  remedy: { says: 'nobody flushes again', work: async () => {} },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client('half of all are reset by their next word', ({ client }) => client.ended(reset), about(3 * each, 1 / 2)),
    client(
      'whatever the silence: shortest and longest differ, ms',
      ({ client }) => spread(client.ended(reset).map(({ idleMs }) => idleMs)),
      between(3000, 6000),
    ),
    client('straight to the pods nobody is hurt', ({ client }) => client.ended({ cohort: 'direct' }), none),
    servers(
      'are reset by nobody: what they lose, they find out by themselves',
      ({ servers }) => servers.ended({ zombie: false, planned: false }),
      none,
    ),
    kernel(
      'and no counter of conntrack tells',
      ({ rose }) => rose('nodea', 'conntrack invalid') + rose('nodea', 'conntrack drop'),
      none,
    ),
  ],
}

const spread = (all: readonly number[]) => Math.round(Math.max(...all) - Math.min(...all))
