import { conntrackEvents, type Deletion, type FlowEvent } from '../evidence/conntrack-events/facts.ts'
import { flowKey } from '../outcome/flow.ts'
import type { EvidenceLine } from '../outcome/verdict.ts'
import type { Case } from './case.ts'
import type { Loss } from './losses.ts'
import { perCase } from './per-case.ts'
import type { Scene } from './scene.ts'

/** What conntrack on the node did with the entry of a connection that was lost. */
interface Track {
  /** Its entry went while it was silent, or as the silence was broken: by itself, or at the word of a program (`by`). */
  readonly forgotten: FlowEvent | undefined
  /** What broke the silence was taken for a new flow, in the middle of its stream. */
  readonly pickedUp: FlowEvent | undefined
}

/** Node and client share a kernel and its clock; a busy process stamps late, ms. */
const lateMs = 1000

function trackOf(of: Case, { death, brokenAt, quietMs }: Loss): Track {
  const events = death.flow ? (eventsOf(of).get(flowKey(death.flow)) ?? []) : []
  const heardLast = brokenAt - quietMs
  const meanwhile = events.filter(({ at }) => at >= heardLast && at <= brokenAt + lateMs)
  return {
    forgotten: meanwhile.findLast(({ what, entry }) => what === 'destroy' && entry.state === 'ESTABLISHED'),
    pickedUp: meanwhile.findLast(
      ({ what, at, entry }) => what === 'new' && at >= brokenAt - lateMs && entry.state !== 'SYN_SENT',
    ),
  }
}

/** When a program, and not the kernel by itself, deleted its entry while it was silent, epoch ms, and which. */
export function deletedAt(of: Case, loss: Loss): { readonly at: number; readonly by: string } | undefined {
  const { at, by } = trackOf(of, loss).forgotten ?? {}
  return at !== undefined && by !== undefined ? { at, by } : undefined
}

/** What was seen of the entries of all that were lost. */
export interface Tracks {
  readonly expired: number
  readonly pickedUp: number
  /** Epoch ms of the last of it. */
  readonly at: number
}

export function tracksOf({ of, losses }: Scene): Tracks {
  const tracks = losses.map(loss => trackOf(of, loss))
  const expired = tracks.flatMap(({ forgotten }) => (forgotten && forgotten.by === undefined ? [forgotten] : []))
  const pickedUp = tracks.flatMap(each => each.pickedUp ?? [])
  return {
    expired: expired.length,
    pickedUp: pickedUp.length,
    at: Math.max(0, ...[...expired, ...pickedUp].map(({ at }) => at)),
  }
}

export function trackLines({ expired, pickedUp, at }: Tracks): readonly EvidenceLine[] {
  const source = 'node conntrack-events'
  return [
    ...(expired > 0 ? [{ source, at, says: `the entry of ${expired} went by itself, before anybody closed it` }] : []),
    ...(pickedUp > 0 ? [{ source, at, says: `the next packet of ${pickedUp} was taken for a new flow` }] : []),
  ]
}

/** Programs that emptied the table, or much of it: more than the entries of a connection or two. */
export function deletionsIn(
  of: Case,
  { from, to }: { readonly from: number; readonly to: number },
): readonly Deletion[] {
  const all = of.facts.all(conntrackEvents, 'node').flatMap(({ value }) => value.deletions)
  const unique = new Map(all.map(each => [`${each.by} ${each.at}`, each]))
  return [...unique.values()].filter(({ at, count }) => count > 2 && at >= from - lateMs && at <= to + lateMs)
}

const eventsOf = perCase((of: Case): ReadonlyMap<string, readonly FlowEvent[]> => {
  const all = of.facts.all(conntrackEvents, 'node').flatMap(({ value }) => value.events)
  const unique = new Map(all.map(event => [`${event.flow} ${event.at} ${event.what}`, event]))
  return Map.groupBy(unique.values(), ({ flow }) => flow)
})
