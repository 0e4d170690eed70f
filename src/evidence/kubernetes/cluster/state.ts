import type { Change } from '../facts.ts'
import type { Objects, Service, Slice } from '../objects/kept.ts'
import type { Kind } from '../resources.ts'
import { type Past, past } from './past.ts'

/** The cluster as far as we know it: what `reduce` keeps up to date, and nobody else writes. */
export interface State {
  readonly known: { readonly [K in Kind]: Map<string, Objects[K]> }
  /** The slices of each Service. */
  readonly slicesOf: Map<string, Map<string, Slice>>
  /** For each pod the Services it is an endpoint of (`true`), or was. */
  readonly behind: Map<string, Map<string, boolean>>
  /** The Services that were deleted lately: flows to them go on. */
  readonly removed: Map<string, Removed>
  readonly past: Past
  /** Kinds whose objects are known: none is not the same as not yet learnt. */
  readonly listed: Set<Kind>
  /** Kinds of which there are more than are kept, and how much of each is. */
  readonly cut: Set<Kind>
  readonly weight: { [K in Kind]: number }
}

export interface Removed {
  readonly service: Service
  readonly at: number
}

/** When something was learnt. `quiet`: it was so before we began to look, and is no change. */
export interface Moment {
  readonly at: number
  readonly after?: number
  readonly quiet: boolean
}

/** How each kind is kept. */
export interface Keeper<T> {
  put(state: State, object: T, moment: Moment): void
  remove(state: State, object: T, moment: Moment): void
}

export const emptyState = (): State => ({
  known: { services: new Map(), endpointslices: new Map(), pods: new Map(), nodes: new Map() },
  slicesOf: new Map(),
  behind: new Map(),
  removed: new Map(),
  past: past(),
  listed: new Set(),
  cut: new Set(),
  weight: { services: 0, endpointslices: 0, pods: 0, nodes: 0 },
})

/** Remembers a change of each of the `subjects`: Services (`namespace/name`) and nodes. */
export function remember(
  { past }: State,
  subjects: Iterable<string>,
  { at, after, quiet }: Moment,
  change: Omit<Change, 'at' | 'after'>,
): void {
  if (quiet) return
  const stamped: Change = { at, ...(after !== undefined && { after }), ...change }
  for (const subject of subjects) past.push(subject, stamped)
}
