import type { Change } from '../facts.ts'
import type { Endpoint } from '../objects/kept.ts'

/** Who is behind a Service, by address: its slices overlap while the controller moves endpoints between them. */
export function endpointsOf<E extends Endpoint>(
  slices: Iterable<{ readonly endpoints: readonly E[] }>,
): ReadonlyMap<string, E> {
  const merged = new Map<string, E>()
  for (const { endpoints } of slices)
    for (const endpoint of endpoints) {
      const other = merged.get(endpoint.address)
      if (!other?.ready) merged.set(endpoint.address, endpoint)
    }
  return merged
}

export interface EndpointChange {
  readonly what: Extract<Change['what'], `endpoint-${string}`>
  readonly endpoint: Endpoint
}

/** What happened to a Service's endpoints between two looks. An address that another pod has got is another endpoint. */
export function endpointChanges(
  before: ReadonlyMap<string, Endpoint>,
  after: ReadonlyMap<string, Endpoint>,
): readonly EndpointChange[] {
  const changes: EndpointChange[] = []
  for (const [address, was] of before) {
    const is = after.get(address)
    if (!is || is.pod !== was.pod) changes.push({ what: 'endpoint-removed', endpoint: was })
    else if (is.terminating && !was.terminating) changes.push({ what: 'endpoint-terminating', endpoint: is })
    else if (is.ready !== was.ready)
      changes.push({ what: is.ready ? 'endpoint-ready' : 'endpoint-unready', endpoint: is })
  }
  for (const [address, is] of after) {
    const was = before.get(address)
    if (!was || was.pod !== is.pod) changes.push({ what: 'endpoint-added', endpoint: is })
  }
  return changes
}
