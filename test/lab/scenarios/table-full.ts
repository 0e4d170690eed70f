import { type Crowd, crowd } from '../cluster/conntrack-crowd.ts'
import { atLeast, client, exactly, kernel, none, only } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import { common, each, full, isSteady, join, newcomers, unhurt } from './a-full-table.ts'

export const tableFull: Scenario = {
  name: 'table-full',
  verdict: 'table-full',
  summary: 'the conntrack table of the client’s node is full of live flows: nothing new gets in or out',
  means:
    'Whatever is new times out, silently, to Services and straight to pods alike; what is open goes on as if nothing were. It is one node, all protocols. conntrack counts a drop for each packet, and the kernel log says "table full, dropping packet". Raise nf_conntrack_max, or find who opens so many flows.',
  ...common,

  async stage(lab) {
    await lab.untilOpen()
    await lab.until('the pinned port is assured', isSteady)
    let strangers: Crowd | undefined
    await lab.breaks('flows of strangers fill the table', async () => {
      strangers = await crowd('nodea', { assured: true })
    })
    await lab.joins('client2', ...join)
    await lab.until(
      'new connections and questions fail',
      ({ client }) =>
        newcomers.every(cohort => client.ended({ cohort }).length >= each) &&
        client.asked({ mode: 'fresh' }).length >= 8,
    )
    await lab.looks('while it lasts')
    await lab.heals('the strangers go', async () => strangers?.goes())
    await lab.until(
      'whoever knocked gets in',
      ({ client }) =>
        newcomers.every(cohort => client.opened({ cohort }).length >= each) &&
        client.since('healed', 1000).asked({ mode: 'fresh' }).length >= 4,
    )
  },

  proofs: [
    full,
    client(
      'new connections time out, none is refused, to the Service and to pods',
      ({ client }) =>
        client
          .before('healed')
          .ended({ cohort: newcomers })
          .map(({ fate, phase }) => `${fate} in ${phase}`),
      only('timeout in connect'),
    ),
    client('none opens', ({ client }) => client.before('healed').opened({ cohort: newcomers }), none),
    client(
      'and no question from a new port is answered',
      ({ client }) =>
        client
          .before('healed')
          .undisturbed({ mode: 'fresh' })
          .map(({ fate }) => fate),
      only('timeout'),
    ),
    ...unhurt,
    kernel(
      'conntrack counts each lost packet as dropped',
      ({ rose }) => rose('nodea', 'conntrack drop', ['broken', 'while it lasts']),
      atLeast(2 * each),
    ),
    kernel('it finds nothing that it may evict', ({ rose }) => rose('nodea', 'conntrack early_drop'), none),
    client('with room again all get in', ({ client }) => client.opened({ cohort: newcomers }), exactly(2 * each)),
    client(
      'and each new question is answered',
      ({ client }) =>
        client
          .begun('healed')
          .undisturbed({ mode: 'fresh' })
          .map(({ fate }) => fate),
      only('ok'),
    ),
  ],
}
