import { type Flow, flowKey } from '../../outcome/flow.ts'
import { sameTuple, tupleOf } from '../tuple.ts'
import { deletions } from './deletions.ts'
import type { Deletion, FlowEvent } from './facts.ts'
import { type Event, parseEvent, placeIn, placeOf } from './parse.ts'

/**
 * The newest events of a whole node: some 5 MB, a second and a half of 10,000 a second. Of places somebody once asked about
 * (from one address to one port of another), the newest are kept apart, whatever the others do.
 */
const most = { lines: 16_384, places: 64, eventsOfPlace: 512, told: 400 } as const

/** Bounded in every direction: a flood of events makes it forget earlier, and never grow. */
export interface Memory {
  hear(line: string): void
  about(flows: readonly Flow[]): FlowEvent[]
  deletions(): readonly Deletion[]
}

export function memory(): Memory {
  const lines: string[] = []
  let next = 0
  const places = new Map<string, Event[]>()
  const deleted = deletions()

  function keep(place: string, line: string): void {
    const event = parseEvent(ownCopy(line))
    const events = places.get(place)
    if (!event || !events) return
    events.push(event)
    if (events.length >= 2 * most.eventsOfPlace) events.splice(0, events.length - most.eventsOfPlace)
  }

  function eventsAt(place: string): readonly Event[] {
    const known = places.get(place)
    places.delete(place) // and back, as the newest
    places.set(place, known ?? [])
    if (!known) for (const line of newest()) if (placeIn(line) === place) keep(place, line)
    for (const oldest of places.keys()) if (places.size > most.places) places.delete(oldest)
    return places.get(place) ?? []
  }

  const newest = () => [...lines.slice(next), ...lines.slice(0, next)]

  return {
    hear(line) {
      deleted.hear(line)
      lines[next] = line
      next = (next + 1) % most.lines
      const place = places.size > 0 ? placeIn(line) : undefined
      if (place !== undefined && places.has(place)) keep(place, line)
    },
    about: flows =>
      flows
        .flatMap(flow => {
          const tuple = tupleOf(flow)
          if (!tuple) return []
          return eventsAt(placeOf(flow.proto, tuple))
            .filter(({ entry }) => sameTuple(entry.original, tuple))
            .map(event => ({ ...event, flow: flowKey(flow) }))
        })
        .sort((a, b) => a.at - b.at)
        .slice(-most.told),
    deletions: deleted.bursts,
  }
}

/** A line is a view of the whole piece it came in, which would live as long as the smallest part of it. */
const ownCopy = (line: string): string => Buffer.from(line, 'latin1').toString('latin1')
