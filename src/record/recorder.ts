import type { Histogram } from 'hdr-histogram-js'
import type { Disturbed } from '../outcome/disturbed.ts'
import {
  type Began,
  everyCohort,
  type Observation,
  type OptionsSet,
  type Series,
  type Stamp,
} from '../outcome/observation.ts'
import { abandon, foldCohort, loadCohort, saveCohort, showCohort } from './cohort.ts'
import { faultOf, mostFaults } from './faults.ts'
import { cohortSeats, mostSeries, probeSeats, reasonSeats } from './naming.ts'
import { foldProbe, loadProbe, saveProbe } from './probe.ts'
import { loadSurvival, saveSurvival } from './saved-survival.ts'
import type { Fault, ListenerSeries, Snapshot } from './snapshot.ts'
import { type RecorderState, recorderState } from './state.ts'
import { paths } from '../survival/paths.ts'
import { showSurvival } from './survival.ts'
import { type History, history, type Shown } from './history/history.ts'
import { readings } from './history/readings.ts'
import { loadHistory, saveHistory } from './history/saved.ts'
import type { Span } from './history/spans.ts'
import { histogramsOf } from './tags.ts'
import { type KeptVerdict, verdicts as newVerdicts } from './verdicts.ts'

/** Folds observations into one snapshot. Same observations in, same snapshot out: no clock, no socket, no logger. */
export interface Recorder {
  /** A sink. Takes about a microsecond and never throws, whatever it is told. */
  fold(observation: Observation): void
  /** Nothing happened up to now: silences went on. */
  pass(now: Now): void
  /** Silences going on are counted up to `now`, or else up to the newest observation. */
  snapshot(now?: Now): Snapshot
  /** What was counted when, up to `now` (or the newest observation). */
  history(span: Span, now?: Now): Shown
  /** Calls `take` with every interval histogram that holds something, under its tag, and empties it. */
  takeIntervals(take: (tag: string, histogram: Histogram) => void): void
  /** A checkpoint of everything but the intervals, as JSON can hold it. */
  state(): RecorderState
  /** Goes on from a checkpoint, in place of all that was folded before. Throws, and changes nothing, if it is none. */
  restore(state: unknown): void
}

/** Wall and steady time of one moment, ms. */
export interface Now {
  readonly at: number
  readonly steady: number
}

export function recorder(): Recorder {
  const cohorts = cohortSeats()
  const probes = probeSeats()
  const rejected = reasonSeats()
  const verdicts = newVerdicts()
  const silences = paths()
  let listeners: ListenerSeries[] = []
  let faults: Fault[] = []
  let disturbed = { stalls: 0, longestStallMs: 0, clockJumps: 0 }
  let run: Snapshot['run']
  let runs = 0
  let newest: Now = { at: 0, steady: 0 }
  const past: History = history(steady => readings(cohorts.all, probes.all, steady))

  function fold(news: Observation): void {
    const before = newest
    newest = news
    if (news.type !== 'began') past.advance(news.steady)
    silences.fold(news)
    switch (news.type) {
      case 'began':
        return begin(news, before)
      case 'opened':
      case 'exchanged':
      case 'swept':
        return foldCohort(cohorts.of(news), news)
      case 'options-set':
        return news.cohort === everyCohort ? listen(news) : foldCohort(cohorts.of(news), news)
      case 'ended':
        keep(faultOf(news))
        return foldCohort(cohorts.of(news), news)
      case 'asked':
        keep(faultOf(news))
        return foldProbe(probes.of(news), news)
      case 'strayed':
        return foldProbe(probes.of(news), news)
      case 'rejected':
        rejected.of(news).count += news.count ?? 1
        return
      case 'declared':
        return declare(news.series, true)
      case 'retired':
        return declare(news.series, false)
      case 'disturbed':
        return disturb(news)
      case 'judged':
        return verdicts.fold(news.verdict)
      case 'examined':
        return
    }
  }

  /** The connections of the run before were silent up to its last sign of life; nobody saw their fate, or what became of a verdict. */
  function begin({ at, steady, side, identity, version }: Began & Stamp, last: Now): void {
    past.resume(steady, runs === 0 ? 0 : at - last.at)
    for (const cohort of cohorts.all) abandon(cohort, last.steady)
    verdicts.abandon(last.at)
    for (const probe of probes.all) probe.current = false
    listeners = []
    run = { at, side, identity, version }
    runs += 1
  }

  function listen({ kind, configured, effective }: OptionsSet): void {
    listeners = [...listeners.filter(each => each.kind !== kind), { kind, configured, effective }].slice(0, mostSeries)
  }

  function disturb({ what, ms }: Disturbed): void {
    const { stalls, longestStallMs, clockJumps } = disturbed
    if (what === 'clock-jump') disturbed = { ...disturbed, clockJumps: clockJumps + 1 }
    else disturbed = { ...disturbed, stalls: stalls + 1, longestStallMs: Math.max(longestStallMs, ms) }
  }

  function keep(fault: Fault | undefined): void {
    if (!fault) return
    faults.push(fault)
    if (faults.length >= 2 * mostFaults) faults = faults.slice(-mostFaults) // now and then: a shift each time costs more
  }

  function declare(series: Series, current: boolean): void {
    if ('cohort' in series) cohorts.declare(series).current = current
    else if ('probe' in series) probes.declare(series).current = current
    else rejected.declare(series)
  }

  return {
    fold,
    pass({ at, steady }) {
      newest = { at, steady }
      past.advance(steady)
    },
    history: (span, now = newest) => past.show(span, now),
    snapshot: (now = newest) => ({
      at: newest.at,
      ...(run && { run }),
      runs,
      cohorts: [...cohorts.all].map(cohort => showCohort(cohort, now.steady)),
      probes: [...probes.all].map(probe => ({ ...probe })),
      listeners,
      rejected: [...rejected.all].map(each => ({ ...each })),
      disturbed: { ...disturbed },
      faults: faults.slice(-mostFaults).toReversed(),
      verdicts: verdicts.all,
      verdictCounts: verdicts.counts,
      survival: silences.show().map(showSurvival),
    }),
    takeIntervals(take) {
      for (const [tag, histogram] of histogramsOf(cohorts.all, probes.all)) {
        if (histogram.totalCount > 0) take(tag, histogram)
        histogram.reset()
      }
    },
    state: () => ({
      at: newest.at,
      steady: newest.steady,
      runs,
      run,
      cohorts: [...cohorts.all].map(saveCohort),
      probes: [...probes.all].map(saveProbe),
      listeners,
      rejected: [...rejected.all].map(each => ({ ...each })),
      disturbed: { ...disturbed },
      faults: faults.slice(-mostFaults).map(fault => ({ ...fault, tcpInfo: fault.tcpInfo && { ...fault.tcpInfo } })),
      verdicts: { all: verdicts.all, counts: verdicts.counts },
      survival: saveSurvival(silences),
      history: saveHistory(past),
    }),
    restore(state) {
      const saved = recorderState.parse(state)
      const [loadedCohorts, loadedProbes] = [saved.cohorts.map(loadCohort), saved.probes.map(loadProbe)]
      const survival = loadSurvival(saved.survival)
      for (const each of [cohorts, probes, rejected]) each.clear()
      for (const cohort of loadedCohorts) cohorts.seat(cohort.of, cohort)
      for (const probe of loadedProbes) probes.seat(probe, probe)
      silences.restore(...survival)
      for (const reason of saved.rejected) rejected.seat(reason, { ...reason })
      faults = saved.faults as unknown as Fault[] // JSON of what `state` wrote: absent stays absent
      verdicts.restore({ all: saved.verdicts.all as KeptVerdict[], counts: saved.verdicts.counts }) // likewise
      ;({ disturbed, run, runs, listeners } = saved)
      newest = { at: saved.at, steady: saved.steady }
      loadHistory(past, saved.history, saved.steady)
    },
  }
}
