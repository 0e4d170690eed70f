/** A kind of object that is watched. */
export interface Resource {
  readonly path: string
  /** API group, as RBAC names it: empty for the core. */
  readonly group: string
  readonly namespaced: boolean
  /** Only objects with these fields. */
  readonly fieldSelector?: string
}

export const resources = {
  services: { path: '/api/v1', group: '', namespaced: true },
  endpointslices: { path: '/apis/discovery.k8s.io/v1', group: 'discovery.k8s.io', namespaced: true },
  // A pod that is over serves nobody: those of finished jobs stay for days, and there may be more of them than of others.
  pods: {
    path: '/api/v1',
    group: '',
    namespaced: true,
    fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
  },
  nodes: { path: '/api/v1', group: '', namespaced: false },
} as const satisfies Readonly<Record<string, Resource>>

/** As RBAC, paths and people name them. */
export type Kind = keyof typeof resources
export const kinds = Object.keys(resources) as readonly Kind[] // the keys of a literal

/** The path of all objects of a kind, or of those in one namespace. */
export function pathOf(kind: Kind, namespace: string | undefined, query: Readonly<Record<string, string>>): string {
  const { path, fieldSelector }: Resource = resources[kind]
  const all = new URLSearchParams({ ...query, ...(fieldSelector && { fieldSelector }) })
  return `${path}${namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/${kind}?${all.toString()}`
}
