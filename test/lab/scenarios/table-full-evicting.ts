import { crowd } from '../cluster/conntrack-crowd.ts'
import { atLeast, between, client, exactly, kernel, none } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import { common, each, full, isSteady, join, newcomers, unhurt } from './a-full-table.ts'

export const tableFullEvicting: Scenario = {
  name: 'table-full-evicting',
  summary: 'the conntrack table is just as full, of flows that are not ASSURED: everything works',
  means:
    'A full table alone is no fault: for each new flow the kernel evicts one that is not ASSURED, such as a question that was answered once. early_drop rises, drop does not. Alert on drop, not on how full the table is.',
  ...common,

  async stage(lab) {
    await lab.untilOpen()
    await lab.until('the pinned port is assured', isSteady)
    await lab.breaks('flows of strangers fill the table', () => crowd('nodea', { assured: false }))
    await lab.joins('client2', ...join)
    await lab.until(
      'everybody is in',
      ({ client }) =>
        newcomers.every(cohort => client.opened({ cohort }).length >= each) &&
        client.asked({ mode: 'fresh' }).length >= 12,
    )
  },

  proofs: [
    full,
    client('all new connections open', ({ client }) => client.opened({ cohort: newcomers }), exactly(2 * each)),
    client('at the first try', ({ client }) => client.ended({ cohort: newcomers }), none),
    client('new questions are answered', ({ client }) => client.asked({ mode: 'fresh', fate: 'ok' }), atLeast(10)),
    ...unhurt,
    // Not one for each: the kernel's own sweep of a nearly full table makes room as well, and counts none of it.
    kernel(
      'strangers are evicted for them',
      ({ rose }) => rose('nodea', 'conntrack early_drop', ['broken', 'ended']),
      atLeast(5),
    ),
    // It looks into eight buckets. With an entry for each bucket all eight are empty once in 3000 times: a packet is lost.
    kernel('and next to nothing is dropped', ({ rose }) => rose('nodea', 'conntrack drop'), between(0, 3)),
  ],
}
