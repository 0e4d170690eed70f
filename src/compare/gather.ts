import type { Observation, OfCohort, Side } from '../outcome/observation.ts'
import { Problem } from '../outcome/problem.ts'
import type { Line } from '../record/journal/line.ts'
import { recorder } from '../record/recorder.ts'
import type { CohortSeries } from '../record/snapshot.ts'
import { moment } from '../record/tables/words.ts'
import { calledIn, type Pool } from './pool.ts'
import { between, type Mark, markOf, type SeenSeries } from './seen.ts'
import { seriesKey } from './silences.ts'
import { type Watched, watch } from './watch.ts'

/** What a journal tells of one pool. */
export interface Gathered {
  readonly pool: Pool
  readonly side: Side
  /** What is on record of the range, epoch ms. */
  readonly fromMs: number
  readonly toMs: number
  /** The sums reach further back than this, where the oldest line left is: silences and bursts are from the lines. */
  readonly linesFromMs: number
  readonly series: readonly SeenSeries[]
  readonly watched: Watched
}

/** Epoch ms, `to` not included; without one it is as far as the journal goes. */
export interface Range {
  readonly from?: number
  readonly to?: number
}

export interface Gathering {
  /** Takes every line of the journal, in order. False where it is a checkpoint that is none: damaged, as `report` has it. */
  line(line: Line): boolean
  /** Call it once, after the last line. Problem where there is nothing to compare. */
  end(): Gathered
}

/**
 * Gathers one pool. Counts and exposure are the recorder's own, the difference between the two ends of the range: what `report`
 * shows, with all that rotation and damage left out of the lines and the checkpoints made good.
 */
export function gather(pool: Pool, { from, to }: Range): Gathering {
  const into = recorder()
  const chosen = (of: OfCohort) => calledIn(pool, of) !== undefined
  let watching = watch(chosen)
  let stage: 'before' | 'inside' | 'after' = from === undefined ? 'inside' : 'before'
  let [restored, first, newest, last] = [false, Number.NaN, Number.NaN, { at: Number.NaN, steady: 0 }]
  let [begunAt, reachesTo, start] = [Number.NaN, Infinity, new Map<string, Mark>()]
  let done: { readonly series: readonly CohortSeries[]; readonly watched: Watched; readonly toMs: number } | undefined

  /** As it was at `at`, between the last line and this one. Between two runs of the process nobody was silent. */
  function look(at: number, next?: Line): { readonly steady: number; readonly cohorts: readonly CohortSeries[] } {
    const same = next && 'steady' in next && !('type' in next && next.type === 'began') ? next.steady : last.steady
    const steady = Math.max(last.steady, Math.min(same, last.steady + at - last.at))
    return { steady, cohorts: into.snapshot(Number.isNaN(last.at) ? undefined : { at, steady }).cohorts }
  }

  function begin(at: number, next?: Line): void {
    start = new Map(
      look(at, next)
        .cohorts.filter(chosen)
        .map(series => [seriesKey(series), markOf(series)]),
    )
    watching = watch(chosen)
    begunAt = at
    stage = 'inside'
  }

  function finish(at: number, next?: Line): void {
    const { steady, cohorts } = look(at, next)
    done = { series: cohorts, watched: watching.end(steady), toMs: at }
    stage = 'after'
  }

  function line(line: Line): boolean {
    const isFirst = Number.isNaN(first)
    if (isFirst) first = line.at
    newest = line.at
    const totals = 'journal' in line && line.journal === 'checkpoint'
    const early = totals && from !== undefined && !restored
    if (early && !restore(line)) return false
    if (stage === 'before' && from !== undefined && line.at >= from) begin(isFirst ? line.at : from, line)
    else if (early && stage === 'inside') begin(line.at) // what came before had lost its beginning: its sums are not of this range
    if (stage === 'inside' && to !== undefined && line.at >= to) finish(to, line)
    if (stage === 'after' || early) return true
    if (totals) return restore(line)
    if ('type' in line) observe(line)
    else if (line.journal === 'alive') into.pass(line)
    last = { at: line.at, steady: 'steady' in line ? line.steady : last.steady }
    return true
  }

  function observe(news: Observation): void {
    into.fold(news)
    if (stage === 'inside') watching.fold(news)
  }

  function restore({ at, state }: Extract<Line, { journal: 'checkpoint' }>): boolean {
    try {
      into.restore(state)
    } catch {
      return false
    }
    if (!restored) reachesTo = into.snapshot().run?.at ?? Infinity
    restored = true
    last = { at, steady: (state as { steady: number }).steady } // it was restored, so it is one
    return true
  }

  return {
    line,
    end() {
      if (stage === 'inside') finish(last.at)
      if (!done || Number.isNaN(first) || (to !== undefined && first >= to))
        throw outside(pool, { from, to }, { first, last: newest })
      const { watched, toMs } = done
      const series = done.series.filter(chosen).map(each => seenOf(pool, each, start.get(seriesKey(each)), watched))
      const side = sideOf(pool, series, done.series)
      const fromMs = Number.isNaN(begunAt) ? Math.min(first, reachesTo) : begunAt
      return { pool, side, fromMs, toMs, linesFromMs: Math.max(first, fromMs), series: ofSide(series, side), watched }
    },
  }
}

const ofSide = (series: readonly SeenSeries[], side: Side) => series.filter(each => each.side === side)

function seenOf(pool: Pool, series: CohortSeries, start: Mark | undefined, watched: Watched): SeenSeries {
  const { side, kind, cohort, path } = series
  const called = calledIn(pool, series) ?? cohort
  return { side, kind, cohort, path, called, ...between(start, markOf(series)), lives: watched.lives(series) }
}

/** A connection is seen by both sides of a pair, and is one. Clients see every death, servers half of them. */
function sideOf(pool: Pool, chosen: readonly SeenSeries[], all: readonly CohortSeries[]): Side {
  if (chosen.length === 0) throw nothing(pool, all)
  return chosen.some(({ side }) => side === 'client') ? 'client' : 'server'
}

function nothing({ name, text, dir }: Pool, all: readonly CohortSeries[]): Problem {
  const there = [...new Set(all.map(({ kind, cohort, path }) => `${cohort} (${kind}, ${path})`))]
  const shown = [...there.slice(0, 20), ...(there.length > 20 ? [`${there.length - 20} more`] : [])].join(', ')
  const what =
    there.length === 0 ? 'it holds no cohort at all: only held connections are compared' : `there are ${shown}`
  return new Problem(`${name}: no cohort of the journal in ${dir} is in ${JSON.stringify(text)}: ${what}`, 2)
}

function outside(
  { name, dir }: Pool,
  { from, to }: { from?: number | undefined; to?: number | undefined },
  journal: { first: number; last: number },
): Problem {
  const { first, last } = journal
  if (Number.isNaN(first)) return new Problem(`${name}: the journal in ${dir} has no line that could be read`, 2)
  const asked = [from !== undefined && `from ${moment(from)}`, to !== undefined && `to ${moment(to)}`].filter(Boolean)
  const has = `the journal in ${dir} goes from ${moment(first)} to ${moment(last)} (UTC)`
  return new Problem(`${name}: ${has}: nothing of it is ${asked.join(' ')}`, 2)
}
