/** What the stand-in serves, by the path below `/api` and `/apis`. */
export const served = {
  services: { version: 'v1', group: '', kind: 'Service', namespaced: true },
  pods: { version: 'v1', group: '', kind: 'Pod', namespaced: true },
  nodes: { version: 'v1', group: '', kind: 'Node', namespaced: false },
  endpointslices: {
    version: 'discovery.k8s.io/v1',
    group: 'discovery.k8s.io',
    kind: 'EndpointSlice',
    namespaced: true,
  },
} as const

export type ResourceName = keyof typeof served
export const resourceNames = Object.keys(served) as readonly ResourceName[] // the keys of a literal

/** The resource that holds objects of this kind. */
export const holding = (kind: unknown): ResourceName | undefined =>
  resourceNames.find(name => served[name].kind === kind)
