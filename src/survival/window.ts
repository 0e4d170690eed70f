import { type Bin, type Bins, count, type Rounds, together } from './bins.ts'
import type { Silence } from './silence.ts'

/** The silences that ended in a span of time. */
export interface Slice {
  /** Epoch ms of the first and the last of them. */
  readonly from: number
  to: number
  /** So often two were made one: it spans about 2^level of the shortest. */
  readonly level: number
  readonly bins: Map<number, Bin>
}

/**
 * What is remembered of the silences of a path: slices of time, oldest first, fine while they are young and coarse when they are old,
 * so that there are few, however long it runs (an exponential histogram, as in A. Bifet and R. Gavaldà, "Learning from
 * time-changing data with adaptive windowing", 2007). The last one is still open.
 */
export interface Window {
  slices: Slice[]
  readonly rounds: Map<number, Rounds>
  /** The longest silence there was, ms. */
  longestMs: number
}

export const newWindow = (): Window => ({ slices: [], rounds: new Map(), longestMs: 0 })

/** A slice spans the longest silence, and at least so much, ms: a change is found within a few of them. */
const leastSpanMs = 60_000
/** Slices of one level; one more, and the two oldest become one. */
const mostAlike = 3
/** For so long silences are remembered, ms, and for as many of the longest: nobody who is silent for a day has many. */
const [keptMs, keptSilences] = [7 * 86_400_000, 20]

/** Whether the last slice is full when a silence ends at `at`: then look for changes, and `turn` it, before you `put` the silence. */
export function isFull({ slices, longestMs }: Window, at: number): boolean {
  const last = slices.at(-1)
  return last !== undefined && at - last.from >= Math.max(leastSpanMs, longestMs)
}

/** Begins another slice with the next silence; old ones become coarse, and then forgotten. */
export function turn(window: Window, at: number): void {
  const horizon = at - Math.max(keptMs, keptSilences * window.longestMs)
  window.slices = coarse(window.slices.filter(({ to }) => to >= horizon))
  window.slices.push({ from: at, to: at, level: 0, bins: new Map() })
}

export function put(window: Window, silence: Silence): void {
  if (window.slices.length === 0) turn(window, silence.endedAt)
  const last = window.slices.at(-1)
  if (!last) return
  count(last.bins, window.rounds, silence)
  last.to = Math.max(last.to, silence.endedAt)
  if (silence.end !== 'unseen') window.longestMs = Math.max(window.longestMs, silence.ms)
}

/** Everything in it. */
export const allIn = ({ slices }: Window): Bins => together(slices.map(({ bins }) => bins))

function coarse(slices: readonly Slice[]): Slice[] {
  const all = [...slices]
  for (let level = 0; ; level++) {
    const first = all.findIndex(slice => slice.level === level)
    if (first < 0) return all
    const next = all[first + 1]
    if (all.filter(slice => slice.level === level).length <= mostAlike || !next) continue
    const older = all[first] as Slice // it was found
    const bins = together([older.bins, next.bins]) as Map<number, Bin> // made just now: nobody else has it
    all.splice(first, 2, { from: older.from, to: next.to, level: level + 1, bins })
  }
}
