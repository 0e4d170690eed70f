import type { Clock } from '../clock.ts'
import { diagnostician } from '../diagnosis/diagnose.ts'
import type { Observation, Sink, Told } from '../outcome/observation.ts'
import { type Recorder, recorder as newRecorder } from '../record/recorder.ts'
import { type Noise, noise } from './noise.ts'
import { gauges } from './processes/gauges.ts'
import { sequence } from './sequence.ts'
import { stamping } from './stamping.ts'

/** Where everything that happened comes together, is judged, and goes to who wants to hear of it. */
export interface Telling {
  readonly recorder: Recorder
  /** Of this process. */
  readonly noise: Noise
  /** Time for who writes down or shows what the recorder has. */
  readonly clock: Clock
  /** Stamps what a probe of this process tells, or what is told here of another process, and hands it on. */
  tell(told: Told, process?: number): void
  /** Hands on what another process observed and stamped. This one is the 0th. */
  hear(process: number, observation: Observation): void
  /** A process is gone, and what it saw of its connections with it. */
  forget(process: number): void
  /** Hands every observation from now on to `sink`, until the returned function is called. */
  subscribe(sink: Sink): () => void
  hasOpenVerdict(): boolean
  /** Held connections that are open in this process. */
  open(): number
}

export function telling(real: Clock): Telling {
  const recorder = newRecorder()
  const judge = diagnostician()
  const disturbances = noise(real, tell)
  const stamp = stamping(real, disturbances)
  const { clock, place } = sequence(real)
  const { merge, forget } = gauges()
  const sinks = new Set<Sink>()
  let open = 0

  function tell(told: Told, process = 0): void {
    hear(process, stamp(told))
  }

  function hear(process: number, observed: Observation): void {
    if (process === 0) open += openedBy(observed)
    const merged = merge(process, observed)
    if (!merged) return
    const observation = place(merged)
    recorder.fold(observation)
    for (const sink of sinks) sink(observation)
    for (const verdict of judge.fold(observation)) tell({ type: 'judged', verdict })
  }

  return {
    recorder,
    noise: disturbances,
    clock,
    tell,
    hear,
    forget,
    subscribe(sink) {
      sinks.add(sink)
      return () => sinks.delete(sink)
    },
    hasOpenVerdict: () => judge.open.length > 0,
    open: () => open,
  }
}

/** By how much it changes how many connections a client holds open. */
function openedBy(observed: Observation): number {
  if (observed.type === 'opened' && observed.side === 'client') return 1
  return observed.type === 'ended' && observed.side === 'client' && observed.id !== undefined ? -1 : 0
}
