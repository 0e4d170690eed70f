import type { Entry } from '../../src/evidence/conntrack-entries/facts.ts'
import type { FlowEvent } from '../../src/evidence/conntrack-events/facts.ts'
import { tupleOf } from '../../src/evidence/tuple.ts'
import { type Flow, flowKey } from '../../src/outcome/flow.ts'
import { flushedAt, isForgotten, type Track } from './node.ts'
import type { Said } from './readings.ts'
import type { Stage } from './stage.ts'

/** A busy node forgets what it heard of flows nobody asked about, ms. */
const rememberedMs = 60_000
/** The kernel collects what has expired some seconds later. */
const collectedMs = 4000

/** A flow that the stage knows, with the entry it has or had. */
export interface Tracked {
  readonly flow: Flow
  readonly tracks: readonly Track[]
}

export function conntrackOf(stage: Stage, flows: readonly Flow[], thorough: boolean): Record<string, Said> {
  const known = flows.flatMap(flow => {
    const tracks = stage.tracked.get(flowKey(flow))
    return tracks ? [{ flow, tracks }] : []
  })
  const now = stage.time.now()
  const events = known.flatMap(each => eventsOf(stage, each)).filter(({ at }) => at >= stage.time.wall() - rememberedMs)
  const deletions = stage.node.flushes.map(({ at, by, count }) => ({ at: epoch(stage, at), by, count }))
  return {
    'conntrack-events': { value: { events: events.toSorted((a, b) => a.at - b.at), deletions } },
    ...(thorough && {
      'conntrack-entries': {
        value: flows.map(flow => {
          const track = stage.tracked.get(flowKey(flow))?.at(-1)
          const isThere = track && !isForgotten(stage.node, track, now) && stage.node.by === 'rules'
          return { flow: flowKey(flow), ...(isThere && { entry: entryOf(flow, track) }) }
        }),
      },
    }),
  }
}

/** A new packet of a forgotten flow is taken up in mid-stream, or is a SYN. */
function eventsOf(stage: Stage, { flow, tracks }: Tracked): readonly FlowEvent[] {
  if (stage.node.by === 'ipvs') return []
  const key = flowKey(flow)
  return tracks.flatMap((track, i): FlowEvent[] => {
    const entry = entryOf(flow, track)
    const flush = flushedAt(stage.node, track)
    const isGone = isForgotten(stage.node, track, stage.time.now())
    const goneAt = flush?.at ?? track.seenAt + stage.node.remembersMs + collectedMs
    const state = i === 0 ? 'SYN_SENT' : 'ESTABLISHED'
    return [
      {
        at: epoch(stage, track.madeAt),
        what: 'new',
        flow: key,
        entry: { ...entry, ...(flow.proto === 'tcp' && { state }) },
      },
      ...(isGone && epoch(stage, goneAt) <= stage.time.wall()
        ? [{ at: epoch(stage, goneAt), what: 'destroy' as const, flow: key, entry, ...(flush && { by: flush.by }) }]
        : []),
    ]
  })
}

function entryOf(flow: Flow, { backend }: Track): Entry {
  const original = tupleOf(flow) ?? { src: '', dst: '', sport: 0, dport: 0 }
  const reply = { src: backend.identity.ip, dst: original.src, sport: original.dport, dport: original.sport }
  const state = flow.proto === 'tcp' ? { state: 'ESTABLISHED' } : {}
  return { proto: flow.proto, ...state, original, reply, unreplied: false, assured: true }
}

const epoch = ({ time }: Stage, at: number): number => Math.round(time.wall() - time.now() + at)
