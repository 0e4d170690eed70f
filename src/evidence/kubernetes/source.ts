import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { Absent, defineSource, type Source, type Watch } from '../source.ts'
import { findAccess, type Whereabouts } from './access/find.ts'
import { apiAt } from './api/api.ts'
import type { Health } from './api/health.ts'
import { type Pace, usualPace } from './api/pace.ts'
import { reflect } from './api/reflect.ts'
import { reduce } from './cluster/reduce.ts'
import { emptyState } from './cluster/state.ts'
import { tell } from './cluster/tell.ts'
import { kubernetes, type KubernetesFacts } from './facts.ts'
import { missingOf, staleSince } from './missing.ts'
import { type Kind, kinds } from './resources.ts'

export interface KubernetesSettings extends Whereabouts {
  readonly pace?: Pace
  readonly random?: () => number
}

/** Watches the Services, EndpointSlices, pods and nodes of the cluster, and tells of them what concerns the flows in question. */
export function kubernetesSource(settings: KubernetesSettings): Source {
  return defineSource({
    facts: kubernetes,
    of: 'cluster',
    about: 'flows',
    costly: false,
    begin: ({ clock, log }) => begin(settings, clock, log),
    read: () => Promise.reject(new Absent('the Kubernetes API is watched, and not asked: begin first')),
  })
}

function begin(settings: KubernetesSettings, clock: Clock, log: Log): Watch {
  const { pace = usualPace, random = Math.random } = settings
  const over = new AbortController()
  const api = apiAt(() => findAccess(settings), clock, pace)
  const state = emptyState()
  const health: Readonly<Record<Kind, Health>> = {
    services: { unreadable: 0 },
    endpointslices: { unreadable: 0 },
    pods: { unreadable: 0 },
    nodes: { unreadable: 0 },
  }
  for (const kind of kinds)
    void reflect({
      kind,
      api,
      clock,
      closing: over.signal,
      pace,
      random,
      log,
      health: health[kind],
      tell: news => reduce(state, news),
    })
  return {
    read(_, { flows }): Promise<KubernetesFacts> {
      const missing = missingOf(state, health)
      if (state.listed.size === 0) return Promise.reject(new Absent(missing[0]?.why ?? 'nothing is known yet'))
      const stale = staleSince(health)
      return Promise.resolve({ ...tell(state, flows), missing, ...(stale !== undefined && { staleSince: stale }) })
    },
    close() {
      over.abort()
      api.close()
    },
  }
}
