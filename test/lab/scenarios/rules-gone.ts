import { longholdService } from '../cluster/places.ts'
import { direct, echo, held } from '../probes.ts'
import { atLeast, client, exactly, kernel, none, only, servers } from '../proof.ts'
import type { Scenario } from '../scenario.ts'

const each = 20
const soon = { deadline: '2s', reconnect: { base: '500ms', cap: '500ms' } }

export const rulesGone: Scenario = {
  name: 'rules-gone',
  verdict: 'rules-missing',
  summary: 'somebody flushes the rules of the client’s node, until kube-proxy syncs again',
  means:
    'The Service address means nothing to the node any more: packets to it leave by the default route and nobody answers, silently. Only what is new is hit; open connections live on in conntrack, so a service that keeps its connections looks healthy for hours. Straight to a pod everything works. kube-proxy puts the rules back at its next full sync.',
  modes: ['iptables', 'nftables'],
  cluster: { places: ['client2'] },
  probes: [held('held', each, '1s'), echo('echo', { ports: ['pinned'] })],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until('UDP is answered', ({ client }) => client.asked({ fate: 'ok' }).length >= 4)
    await lab.breaks('the rules of the client’s node are flushed', () => lab.proxy.losesRules('nodea'))
    await lab.joins(
      'client2',
      held('knocking', each, '1m', soon),
      direct('knocking-at-pods', each, '1m', ['srv1', 'srv2'], soon),
      echo('fresh', { ports: ['fresh'] }),
    )
    await lab.until(
      'new connections and questions fail',
      ({ client }) =>
        client.ended({ cohort: 'knocking' }).length >= each && client.asked({ mode: 'fresh' }).length >= 8,
    )
    await lab.looks('while it lasts')
    await lab.heals('kube-proxy syncs', () => lab.proxy.wants({}))
    await lab.until(
      'whoever knocked gets in',
      ({ client }) =>
        client.opened({ cohort: 'knocking' }).length >= each &&
        client.since('healed', 1000).asked({ mode: 'fresh' }).length >= 4,
    )
  },

  proofs: [
    client(
      'new connections through the Service time out, none is refused',
      ({ client }) =>
        client
          .before('healed')
          .ended({ cohort: 'knocking' })
          .map(({ fate, phase }) => `${fate} in ${phase}`),
      only('timeout in connect'),
    ),
    client('and none opens', ({ client }) => client.before('healed').opened({ cohort: 'knocking' }), none),
    client(
      'neither is a question from a new port answered or refused',
      ({ client }) =>
        client
          .before('healed')
          .undisturbed({ mode: 'fresh' })
          .map(({ fate }) => fate),
      only('timeout'),
    ),
    client(
      'straight to the pods all get in',
      ({ client }) => client.opened({ cohort: 'knocking-at-pods' }),
      exactly(each),
    ),
    client('at the first try', ({ client }) => client.ended({ cohort: 'knocking-at-pods' }), none),
    client('no open connection is lost', ({ client }) => client.ended({ cohort: 'held' }), none),
    client(
      'and all of them spoke meanwhile',
      ({ client }) =>
        new Set(
          client
            .since('broken')
            .before('healed')
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
    kernel(
      'no rule leads from the Service to its servers any more',
      ({ lines }) => lines('nodea', 'rules', 'broken', longholdService).filter(line => toServers.test(line)),
      none,
    ),
    kernel(
      'conntrack has flows to it without a backend: the answer would have to come from the Service itself',
      ({ lines }) => lines('nodea', 'conntrack', 'while it lasts', `dst=${longholdService}`, `src=${longholdService}`),
      atLeast(1),
    ),
    client('synced, all get in', ({ client }) => client.opened({ cohort: 'knocking' }), exactly(each)),
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

/** As iptables-save prints a jump, and nft. */
const toServers = /(-j|jump|goto) (KUBE-SVC|service)-/
