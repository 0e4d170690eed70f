import { usualS } from '../survival/edges.ts'

export interface Span {
  /** Shortest and longest silence, ms. */
  readonly fromMs: number
  readonly toMs: number
}

export interface Steps {
  /** Each silence is so many times the one before, at most: 1.05 brackets a timeout within 5 %. */
  readonly ratio: number
  /** Connections that keep the same silence: behind a Service with N backends, one in N finds its backend again by luck. */
  readonly each: number
  /** Connections at most; the steps get wider where it takes more. */
  readonly most: number
}

export interface Ladder {
  /** Ascending, ms. */
  readonly silencesMs: readonly number[]
  readonly each: number
  /** The ratio it came to. */
  readonly ratio: number
}

/**
 * The silences of one pass: geometric, so that every timeout is met within the same share of itself, and one just below and
 * just above each well-known default, so that 900 s is told from 880 s. All begin together: the pass is over soon after
 * the first fatal one, and costs hardly more than the timeout itself.
 */
export function ladder(span: Span, { ratio, each, most }: Steps): Ladder {
  const room = Math.max(2, Math.floor(most / each))
  for (let wider = ratio; ; wider *= 1.05) {
    const silencesMs = rungs(span, wider)
    if (silencesMs.length <= room || wider > 4) return { silencesMs: silencesMs.slice(0, room), each, ratio: wider }
  }
}

function rungs({ fromMs, toMs }: Span, ratio: number): number[] {
  const steps = Math.max(1, Math.ceil(Math.log(toMs / fromMs) / Math.log(ratio) - 1e-9))
  const even = Array.from({ length: steps + 1 }, (_, step) => fromMs * (toMs / fromMs) ** (step / steps))
  const marks = usualS.flatMap(seconds => around(seconds * 1000)).filter(ms => ms > fromMs && ms < toMs)
  return [...new Set([...even, ...marks].map(Math.round))].toSorted((a, b) => a - b)
}

/** A delayed acknowledgement (40 ms) counts as traffic on the path, and timers of both ends have ticks. */
const around = (ms: number): readonly [number, number] => {
  const slack = Math.max(150, ms * 0.006)
  return [ms - slack, ms + slack]
}
