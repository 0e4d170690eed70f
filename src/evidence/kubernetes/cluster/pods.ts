import type { Change } from '../facts.ts'
import type { Pod } from '../objects/kept.ts'
import { type Keeper, type Moment, remember, type State } from './state.ts'

export const pods: Keeper<Pod> = {
  put(state, pod, moment) {
    const was = state.known.pods.get(pod.key)
    if (was && was.uid !== pod.uid) pods.remove(state, was, moment)
    else if (was) for (const what of changesOf(was, pod)) tell(state, pod, moment, what)
    state.known.pods.set(pod.key, pod)
  },
  remove(state, pod, moment) {
    tell(state, pod, moment, 'pod-gone')
    state.known.pods.delete(pod.key)
    const services = state.behind.get(pod.key)
    for (const [service, still] of services ?? []) if (!still) services?.delete(service)
    if (services?.size === 0) state.behind.delete(pod.key)
  },
}

function changesOf(was: Pod, is: Pod): Change['what'][] {
  const changes: Change['what'][] = []
  if (is.restarts > was.restarts) changes.push('pod-restarted')
  if (is.ready !== was.ready) changes.push(is.ready ? 'pod-ready' : 'pod-unready')
  if (is.terminating && !was.terminating) changes.push('pod-terminating')
  return changes
}

/** Only of pods behind Services: the comings and goings of a cluster's jobs would bury everything else. */
function tell(state: State, { key, addresses, node }: Pod, moment: Moment, what: Change['what']): void {
  const [address] = addresses
  remember(state, state.behind.get(key)?.keys() ?? [], moment, {
    what,
    who: key,
    ...(address && { address }),
    ...(node && { node }),
  })
}
