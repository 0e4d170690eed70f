import type { OfCohort, OfProbe } from '../../outcome/observation.ts'
import { type Span, spanNames, spans } from './spans.ts'

/** Everything one series has counted so far, and when; what was counted within a slice is the difference of two. */
export interface Reading {
  readonly of: OfCohort | OfProbe
  /** Whose it is: the same object each time, to be found by. */
  readonly owner: object
  /** As long as it is the same nothing was counted, and the totals need not be made. */
  readonly mark: number
  totals(): readonly number[]
}

/** What one series counted in the slices of one span. Slices in which nothing happened have no row. */
export interface Past {
  readonly of: OfCohort | OfProbe
  /** By the number of the slice, oldest first. */
  readonly rows: ReadonlyMap<number, readonly number[]>
}

export interface Shown {
  /** Epoch ms at which slice number `first` begins, by the wall clock as it is now: a clock that was set right moves all of it. */
  readonly startAt: number
  readonly first: number
  /** The slice we are in. */
  readonly newest: number
  readonly series: readonly Past[]
}

/** What a checkpoint keeps. */
export interface Kept {
  readonly elapsedMs: number
  readonly series: readonly {
    readonly of: Reading['of']
    readonly totals: readonly number[]
    readonly pasts: readonly (readonly (readonly [number, ...number[]])[])[]
  }[]
}

/**
 * Slices of time for every series, in three spans at once: totals are read at the end of each of the smallest, so a fold costs
 * one comparison. Time is the recorder's own: steady within a run, wall between two.
 */
export interface History {
  /** Time came this far: call it before anything is folded that happened then. */
  advance(steady: number): void
  /** The process was gone for `goneMs`; its next one counts steady time from `steady`. */
  resume(steady: number, goneMs: number): void
  show(span: Span, now: { readonly at: number; readonly steady: number }): Shown
  keep(): Kept
  /** Goes on from what was kept; from nothing kept, as if all there is had been counted before. */
  restore(kept: Kept | undefined, steady: number): void
}

interface Track {
  readonly of: Reading['of']
  totals: readonly number[]
  mark: number
  /** One for each span. */
  readonly pasts: readonly Map<number, number[]>[]
}

const { everyMs: edgeMs } = spans[spanNames[0]]
/** After a longer silence of the recorder itself, all exposure from before is in one slice. */
const mostEdges = 20_000

/** `read` gives what every series has counted by then, silences going on included. */
export function history(read: (steady: number) => Iterable<Reading>): History {
  const tracks = new Map<string, Track>()
  const owned = new WeakMap<object, Track>()
  /** Since the first run began, ms, and where the steady clock stood then. */
  let elapsedMs = 0
  let steadyThen = 0
  let begun = false

  function trackOf({ of, owner }: Pick<Reading, 'of' | 'owner'>): Track {
    const known = owned.get(owner)
    if (known) return known
    const key = Object.values(of).join('\n')
    const track = tracks.get(key) ?? { of, totals: [], mark: NaN, pasts: spanNames.map(() => new Map()) }
    tracks.set(key, track)
    owned.set(owner, track)
    return track
  }

  /** All that was counted since the last time belongs to the slices that hold `at`. */
  function count(steady: number, at: number): void {
    for (const reading of read(steady)) {
      const track = trackOf(reading)
      if (track.mark === reading.mark) continue
      const totals = reading.totals()
      const grown = totals.map((total, column) => total - (track.totals[column] ?? 0))
      track.totals = totals
      track.mark = reading.mark
      if (grown.every(each => each === 0)) continue
      for (const [place, name] of spanNames.entries())
        add(track.pasts[place], Math.floor(at / spans[name].everyMs), grown)
    }
  }

  function forget(): void {
    for (const { pasts } of tracks.values())
      for (const [place, name] of spanNames.entries()) {
        const oldest = Math.floor(elapsedMs / spans[name].everyMs) - spans[name].slices
        for (const slice of pasts[place]?.keys() ?? []) {
          if (slice > oldest) break // they are in order
          pasts[place]?.delete(slice)
        }
      }
  }

  function advance(steady: number): void {
    if (!begun) return resume(steady, 0)
    const now = elapsedMs + Math.max(0, steady - steadyThen)
    const edges = Math.floor(now / edgeMs) - Math.floor(elapsedMs / edgeMs)
    if (edges > 0) {
      if (edges > mostEdges) count(steadyThen, elapsedMs)
      for (let back = Math.min(edges, mostEdges) - 1; back >= 0; back -= 1) {
        const edge = (Math.floor(now / edgeMs) - back) * edgeMs
        count(steady - (now - edge), edge - 1)
      }
    }
    elapsedMs = now
    steadyThen = steady
    if (edges > 0) forget()
  }

  function resume(steady: number, goneMs: number): void {
    begun = true
    count(steadyThen, elapsedMs)
    elapsedMs += Math.max(0, goneMs)
    steadyThen = steady
    forget()
  }

  return {
    advance,
    resume,
    show(span, { at, steady }) {
      advance(steady)
      count(steady, elapsedMs)
      const { everyMs, slices } = spans[span]
      const newest = Math.floor(elapsedMs / everyMs)
      const first = newest - slices + 1
      const place = spanNames.indexOf(span)
      // In one order, whichever was counted first: else it would depend on who looked when.
      const series = [...tracks]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { of, pasts }]) => ({ of, rows: pasts[place] ?? new Map() }))
      return { startAt: at - (elapsedMs - first * everyMs), first, newest, series }
    },
    keep: () => ({
      elapsedMs,
      series: [...tracks.values()].map(({ of, totals, pasts }) => ({
        of,
        totals,
        pasts: pasts.map(rows => [...rows].map(([slice, row]) => [slice, ...trimmed(row)] as const)),
      })),
    }),
    restore(kept, steady) {
      tracks.clear()
      elapsedMs = kept?.elapsedMs ?? 0
      steadyThen = steady
      begun = true
      if (!kept) for (const reading of read(steady)) trackOf(reading).totals = reading.totals()
      for (const { of, totals, pasts } of kept?.series ?? []) {
        const track = trackOf({ of, owner: of })
        track.totals = totals
        for (const [place, rows] of pasts.entries())
          for (const [slice, ...row] of rows) track.pasts[place]?.set(slice, row)
      }
    },
  }
}

function add(rows: Map<number, number[]> | undefined, slice: number, grown: readonly number[]): void {
  const row = rows?.get(slice) ?? []
  rows?.set(
    slice,
    grown.map((each, column) => (row[column] ?? 0) + each),
  )
}

/** Without the zeros at its end, and without fractions: most latencies are in few buckets, and a checkpoint stays small. */
function trimmed(row: readonly number[]): readonly number[] {
  const last = row.findLastIndex(each => each !== 0)
  return row.slice(0, last + 1).map(Math.round)
}
