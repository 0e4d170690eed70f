import type { z } from 'zod'
import type { Ended, Exchanged, Opened, OfCohort, OptionsSet, Stamp, Swept } from '../outcome/observation.ts'
import { ageEdges, buckets, count } from '../stats/buckets.ts'
import { latency, recordLatency, type Latency } from '../stats/latency.ts'
import { endings, placeOf } from './endings.ts'
import { loadBuckets, loadLatency, saveBuckets, saveLatency } from './saved.ts'
import { type CohortSeries, isFault } from './snapshot.ts'
import type { savedCohort } from './state.ts'

/** What the recorder counts of one cohort. The snapshot shows it as a `CohortSeries`. */
export type CohortTally = { -readonly [Field in keyof Counted]: Counted[Field] } & {
  readonly of: OfCohort
  /** One for each of `endings`. */
  readonly counts: number[]
  /** Silences that are over, ms. */
  silentMs: number
  /** Sum of the steady times at which the silences going on now began: no account of each connection is needed. */
  startsMs: number
  /** The most that was ever shown: an exposure that steps back reads as a restart to Prometheus. */
  shownMs: number
}
type Counted = Omit<CohortSeries, keyof OfCohort | 'ends' | 'exposureMs'>

export type CohortNews = (Opened | Exchanged | Ended | Swept | OptionsSet) & Stamp

export const newCohort = ({ side, kind, cohort, path }: OfCohort): CohortTally => ({
  of: { side, kind, cohort, path },
  current: true,
  counts: endings.map(() => 0),
  silentMs: 0,
  startsMs: 0,
  shownMs: 0,
  open: 0,
  opened: 0,
  exchanges: 0,
  fateless: 0,
  zombies: 0,
  suspects: 0,
  idleAtDeath: buckets(ageEdges),
  lifetime: buckets(ageEdges),
  exchange: latency(),
  connect: latency(),
})

export function foldCohort(tally: CohortTally, news: CohortNews): void {
  tally.current = true
  if (news.suspect) tally.suspects += 1
  switch (news.type) {
    case 'opened':
      tally.opened += 1
      tally.open += 1
      tally.startsMs += news.steady
      return measure(tally.connect, news)
    case 'exchanged':
      tally.exchanges += 1
      tally.silentMs += sound(news.idleMs)
      tally.startsMs += sound(news.idleMs) + sound(news.tookUs) / 1000 // the next silence begins now
      return news.speaker === news.side ? measure(tally.exchange, news) : undefined
    case 'ended':
      return foldEnd(tally, news)
    case 'swept': {
      const { connections, probing, backingOff, oldestAckMs } = news
      tally.sweep = { connections, probing, backingOff, oldestAckMs }
      return
    }
    case 'options-set':
      tally.options = { configured: news.configured, effective: news.effective }
  }
}

function foldEnd(tally: CohortTally, news: Ended & Stamp): void {
  const place = placeOf(news)
  const ending = endings[place] ?? news
  tally.counts[place] = (tally.counts[place] ?? 0) + 1
  tally.lastEnd = { ...ending, at: news.at, code: news.code }
  if (news.zombie) tally.zombies += 1
  if (news.id === undefined) return
  count(tally.lifetime, sound(news.lifetimeMs) / 1000)
  if (isFault(ending)) count(tally.idleAtDeath, sound(news.idleMs) / 1000)
  if (tally.open === 0) return // its opening was lost with a damaged line
  tally.open -= 1
  tally.silentMs += sound(news.idleMs)
  tally.startsMs -= news.steady - sound(news.tookUs) / 1000 - sound(news.idleMs)
  if (tally.open === 0) tally.startsMs = 0
}

/** The process is gone, and with it its connections: they were silent up to `lastSteady`, and have no fate. */
export function abandon(tally: CohortTally, lastSteady: number): void {
  tally.silentMs += silentNow(tally, lastSteady)
  tally.fateless += tally.open
  tally.open = 0
  tally.startsMs = 0
  tally.current = false
  delete tally.sweep
}

/** As the world sees it at `steady`. */
export function showCohort(tally: CohortTally, steady: number): CohortSeries {
  const { of, counts, silentMs: _, startsMs: __, shownMs, ...rest } = tally
  tally.shownMs = Math.max(shownMs, exposureAt(tally, steady))
  const ends = endings.map((ending, place) => ({ ...ending, count: counts[place] ?? 0 }))
  return { ...of, ...rest, ends, exposureMs: tally.shownMs }
}

/** All silences up to `steady`, ms. It steps back by the time an exchange takes that is under way, once that is over. */
export const exposureAt = (tally: CohortTally, steady: number): number => tally.silentMs + silentNow(tally, steady)

export function saveCohort(tally: CohortTally): z.output<typeof savedCohort> {
  const { of, counts, idleAtDeath, lifetime, exchange, connect, sweep, options, lastEnd, ...numbers } = tally
  return {
    ...of,
    ...numbers,
    ends: endings.map((ending, place) => ({ ...ending, count: counts[place] ?? 0 })).filter(({ count }) => count > 0),
    idleAtDeath: saveBuckets(idleAtDeath),
    lifetime: saveBuckets(lifetime),
    exchange: saveLatency(exchange),
    connect: saveLatency(connect),
    sweep,
    options,
    lastEnd,
  }
}

/** Throws at a histogram that is none. */
export function loadCohort(saved: z.output<typeof savedCohort>): CohortTally {
  const { side, kind, cohort, path, ends, idleAtDeath, lifetime, exchange, connect, ...rest } = saved
  const { sweep, options, lastEnd, ...numbers } = rest
  const tally = newCohort({ side, kind, cohort, path })
  for (const ending of ends) tally.counts[placeOf(ending)] = ending.count
  return {
    ...tally,
    ...numbers,
    ...(sweep && { sweep }),
    ...(options && { options }),
    ...(lastEnd && { lastEnd }),
    idleAtDeath: loadBuckets(idleAtDeath, ageEdges),
    lifetime: loadBuckets(lifetime, ageEdges),
    exchange: loadLatency(exchange),
    connect: loadLatency(connect),
  }
}

const silentNow = ({ open, startsMs }: CohortTally, steady: number): number => Math.max(0, open * steady - startsMs)

/** Nothing told in error (a negative time, NaN) may spoil a sum for good. */
const sound = (value: number): number => (value > 0 ? value : 0)

/** Suspect times say more about us than about the network. */
function measure(into: Latency, { tookUs, suspect }: { tookUs: number; suspect?: true }): void {
  if (tookUs >= 0 && !suspect) recordLatency(into, tookUs)
}
