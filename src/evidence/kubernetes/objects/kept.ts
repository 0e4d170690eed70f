import type { Kind } from '../resources.ts'

/** What is kept of an object: a tenth of a percent of a pod's 10 KiB. */
interface Kept {
  /** `namespace/name`; a node's name alone. */
  readonly key: string
}

export interface Port {
  readonly name: string
  readonly proto: 'tcp' | 'udp'
}

export interface Service extends Kept {
  /** None for a headless one. */
  readonly clusterIps: readonly string[]
  /** External addresses, and those of its load balancer that nodes answer themselves. */
  readonly externalIps: readonly string[]
  readonly ports: readonly (Port & { readonly port: number; readonly nodePort?: number })[]
  readonly affinity: boolean
  readonly localOnly: boolean
}

export interface Endpoint {
  readonly address: string
  readonly ready: boolean
  readonly serving: boolean
  readonly terminating: boolean
  readonly node?: string
  /** `namespace/name`. */
  readonly pod?: string
}

export interface Slice extends Kept {
  /** The Service it belongs to, `namespace/name`. */
  readonly service?: string
  /** A port without a number is every port. */
  readonly ports: readonly (Port & { readonly port?: number })[]
  readonly endpoints: readonly Endpoint[]
}

export interface Pod extends Kept {
  /** Tells a pod from the one of the same name before it. */
  readonly uid: string
  readonly addresses: readonly string[]
  readonly node?: string
  readonly ready: boolean
  readonly readySince?: number
  readonly terminating: boolean
  readonly startedAt?: number
  readonly restarts: number
  readonly restartedAt?: number
  readonly lastEnd?: { readonly at?: number; readonly reason?: string; readonly exitCode?: number }
}

export interface Node extends Kept {
  readonly addresses: readonly string[]
  readonly ready: boolean
  readonly since?: number
  readonly cordoned: boolean
}

export interface Objects {
  readonly services: Service
  readonly endpointslices: Slice
  readonly pods: Pod
  readonly nodes: Node
}

/** What is learnt, as the API tells it: all of a kind, or one of it. */
export type NewsOf<K extends Kind> =
  | {
      readonly type: 'listed'
      readonly kind: K
      readonly at: number
      /** It could not be heard since then: what changed meanwhile is learnt late. */
      readonly after?: number
      /** Nothing it can be compared with was listed before: what is in it is no change. */
      readonly isNew: boolean
      readonly objects: readonly Objects[K][]
      /** There are more of them. */
      readonly cut?: true
    }
  | { readonly type: 'applied'; readonly kind: K; readonly at: number; readonly object: Objects[K] }
  | { readonly type: 'deleted'; readonly kind: K; readonly at: number; readonly key: string }

export type News = { readonly [K in Kind]: NewsOf<K> }[Kind]

/** Objects of a kind that are kept, endpoints counted one by one: some 30 MB. Kubernetes itself is tested up to 150,000 pods. */
export const mostKept = 100_000

export const weightOf = (object: Objects[Kind]): number => ('endpoints' in object ? 1 + object.endpoints.length : 1)
