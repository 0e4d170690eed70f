import { direct, echo, held } from '../probes.ts'
import { client, exactly, kernel, none, only, servers } from '../proof.ts'
import type { Sight } from '../seen/sight.ts'

export const each = 20
const soon = { deadline: '2s', reconnect: { base: '500ms', cap: '500ms' } }
export const newcomers = ['knocking', 'knocking-at-pods'] as const
export const isSteady = ({ client }: Sight) => client.asked({ mode: 'pinned', fate: 'ok' }).length >= 14

/** What both scenarios of a full table have in common. */
export const common = {
  modes: ['iptables', 'nftables'],
  cluster: { places: ['client2'] },
  // A pinned port becomes ASSURED after two seconds of questions and answers, and is safe then.
  probes: [held('held', each, '1s'), echo('echo', { ports: ['pinned'] })],
} as const
export const join = [
  held('knocking', each, '1m', soon),
  direct('knocking-at-pods', each, '1m', ['srv1', 'srv2'], soon),
  echo('fresh', { ports: ['fresh'] }),
]

export const full = kernel(
  'the table of the client’s node is full, in percent',
  ({ lines }) => {
    const [count, max] = ['count', 'max'].map(name =>
      Number(lines('nodea', 'sysctl', 'broken', `nf_conntrack_${name} =`)[0]?.split(' = ')[1]),
    )
    return Math.ceil((100 * (count ?? 0)) / (max ?? 1))
  },
  exactly(100),
)
export const unhurt = [
  client('no open connection is lost', ({ client }) => client.ended({ cohort: 'held' }), none),
  client(
    'all of them speak meanwhile',
    ({ client }) =>
      new Set(
        client
          .since('broken')
          .exchanged({ cohort: 'held' })
          .map(({ id }) => id),
      ).size,
    exactly(each),
  ),
  client(
    'a port that always was the same is answered',
    ({ client }) => client.undisturbed({ mode: 'pinned' }).map(({ fate }) => fate),
    only('ok'),
  ),
  servers('see nothing', ({ servers }) => servers.ended({ cohort: 'held' }), none),
]
