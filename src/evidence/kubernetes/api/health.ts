import { oneLine, reasonOf } from '../../reason.ts'
import { type Kind, type Resource, resources } from '../resources.ts'
import { Refusal } from './refusal.ts'

/** How well a kind can be heard. Its reflector is the only writer. */
export interface Health {
  /** Epoch ms of the last byte, while it was last heard. */
  heardAt?: number
  /** Why it cannot be heard now; absent while it can. */
  why?: string
  /** Only this namespace may be read, for the reason `why`. */
  only?: { readonly namespace: string; readonly why: string }
  /** Objects that are none we understand. */
  unreadable: number
}

/** What could not be done, in words with which somebody can change it. */
export function whyNot(
  error: unknown,
  {
    kind,
    verb,
    namespace,
  }: { readonly kind: Kind; readonly verb: 'list' | 'watch'; readonly namespace: string | undefined },
): string {
  if (!(error instanceof Refusal)) return oneLine(reasonOf(error))
  if (error.code === 403)
    return `RBAC lacks ${verb} on ${resourceOf(kind)} ${scopeOf(namespace)}; ${oneLine(error.message)}`
  if (error.code === 404 && kind === 'endpointslices')
    return 'this API server has no discovery.k8s.io/v1: Kubernetes is older than 1.21'
  return oneLine(error.message)
}

const resourceOf = (kind: Kind): string => {
  const { group }: Resource = resources[kind]
  return `"${kind}" in API group "${group}"`
}

const scopeOf = (namespace: string | undefined): string =>
  namespace === undefined ? 'of the whole cluster' : `in namespace ${namespace}`
