import type { Endpoint, Slice } from '../objects/kept.ts'
import { endpointChanges, endpointsOf } from './endpoints.ts'
import { type Keeper, type Moment, remember, type State } from './state.ts'

export const slices: Keeper<Slice> = {
  put(state, slice, moment) {
    const was = state.known.endpointslices.get(slice.key)
    if (was && was.service !== slice.service) slices.remove(state, was, moment)
    state.known.endpointslices.set(slice.key, slice)
    change(state, slice.service, moment, its => its.set(slice.key, slice))
  },
  remove(state, slice, moment) {
    state.known.endpointslices.delete(slice.key)
    change(state, slice.service, moment, its => its.delete(slice.key))
  },
}

/** All at once: while endpoints move from one slice to another they are never gone. */
export function relistSlices(state: State, objects: readonly Slice[], moment: Moment): void {
  const { endpointslices } = state.known
  endpointslices.clear()
  const slicesOf = new Map<string, Map<string, Slice>>()
  for (const slice of objects) {
    endpointslices.set(slice.key, slice)
    if (slice.service === undefined) continue
    const its = slicesOf.get(slice.service) ?? new Map<string, Slice>()
    slicesOf.set(slice.service, its.set(slice.key, slice))
  }
  for (const service of new Set([...state.slicesOf.keys(), ...slicesOf.keys()]))
    change(state, service, moment, its => {
      its.clear()
      for (const [key, slice] of slicesOf.get(service) ?? []) its.set(key, slice)
    })
}

function change(
  state: State,
  service: string | undefined,
  moment: Moment,
  apply: (slices: Map<string, Slice>) => void,
): void {
  if (service === undefined) return
  const its = state.slicesOf.get(service) ?? new Map<string, Slice>()
  const before = endpointsOf(its.values())
  apply(its)
  if (its.size > 0) state.slicesOf.set(service, its)
  else state.slicesOf.delete(service)
  for (const { what, endpoint } of endpointChanges(before, endpointsOf(its.values()))) {
    const { address, node, pod } = endpoint
    remember(state, [service], moment, { what, who: pod ?? address, address, ...(node && { node }) })
    if (what === 'endpoint-added') stands(state, endpoint, service)
    if (what === 'endpoint-removed') leaves(state, endpoint, service)
  }
}

function stands({ behind }: State, { pod }: Endpoint, service: string): void {
  if (pod === undefined) return
  const services = behind.get(pod) ?? new Map<string, boolean>()
  behind.set(pod, services.set(service, true))
}

/** What happens to the pod from here on still concerns the Service: it ends a moment later. */
function leaves({ behind, known }: State, { pod }: Endpoint, service: string): void {
  const services = pod === undefined ? undefined : behind.get(pod)
  if (pod === undefined || !services) return
  if (known.pods.has(pod)) services.set(service, false)
  else services.delete(service)
  if (services.size === 0) behind.delete(pod)
}
