import type { OfCohort, Path, Speaker } from '../outcome/observation.ts'
import type { SocketOptions } from '../outcome/socket.ts'
import type { Step } from '../stats/survival.ts'
import { allIn, isFull, newWindow, put, turn, type Window } from './window.ts'
import { type Change, changeIn } from './change.ts'
import { curveIn } from './curve.ts'
import { longestSurvived } from './bins.ts'
import type { Silence } from './silence.ts'
import { type Timeout, timeoutOf } from './timeout.ts'

/** What one survival curve is about: silences alike, whichever cohort kept them. */
export interface OfPath {
  readonly kind: string
  readonly path: Path
  readonly speaker: Speaker
  readonly keepalive: Keepalive
}

/** The client's keepalive as the kernel has it; `unknown` until that was read back. */
export type Keepalive = SocketOptions['keepalive'] | 'unknown'

/** What is counted of it. */
export interface PathTally {
  readonly of: OfPath
  /** Somebody keeps such silences in this run of the process. */
  current: boolean
  /** Cohorts that did, as `tcp-hold/quiet`: the first few. */
  readonly cohorts: string[]
  readonly window: Window
  /** The last one. */
  change: Change | undefined
  /** What was shown last, until there is news. */
  shown: PathSurvival | undefined
}

/** One survival curve, and what follows from it. Times are epoch ms. */
export interface PathSurvival {
  readonly of: OfPath
  readonly current: boolean
  readonly cohorts: readonly string[]
  /** Of the silences below: the first and the last. Older ones are forgotten, or from before the timeout changed. */
  readonly since: number
  readonly until: number
  /** Silences that are over, and how many were survived, fatal, and given up in the meantime. */
  readonly silences: { readonly survived: number; readonly died: number; readonly unseen: number }
  /** The longest silence that was survived, ms; 0: none was. */
  readonly survivedMs: number
  /** Absent where nothing died of its age. */
  readonly timeout?: Timeout
  readonly change?: Change
  /** Share of silences that outlives an age in ms (Kaplan-Meier). */
  readonly curve: readonly Step[]
}

/** Of so many cohorts the names are kept. */
const mostNames = 8

export const newPath = (of: OfPath): PathTally => ({
  of,
  current: true,
  cohorts: [],
  window: newWindow(),
  change: undefined,
  shown: undefined,
})

/** A cohort keeps such silences. */
export function keepName({ cohorts }: PathTally, { kind, cohort }: Pick<OfCohort, 'kind' | 'cohort'>): void {
  const name = `${kind}/${cohort}`
  if (cohorts.length < mostNames && !cohorts.includes(name)) cohorts.push(name)
}

/** Counts a silence; the change of the timeout that is certain now, if there is one. */
export function foldPath(tally: PathTally, silence: Silence): Change | undefined {
  const { window } = tally
  tally.current = true
  tally.shown = undefined
  const change = isFull(window, silence.endedAt) ? look(tally, silence.endedAt) : undefined
  put(window, silence)
  return change
}

/** What was before a change says nothing about the path as it is now. */
function look(tally: PathTally, at: number): Change | undefined {
  const { window, of } = tally
  const change = changeIn(window.slices, isOn(of.keepalive))
  if (change) {
    window.slices = window.slices.filter(({ from }) => from > change.after)
    tally.change = change
  }
  turn(window, at)
  return change
}

/** `undefined` before the first silence is over. */
export function showPath(tally: PathTally): PathSurvival | undefined {
  tally.shown ??= made(tally)
  return tally.shown
}

function made({ of, current, cohorts, window, change }: PathTally): PathSurvival | undefined {
  const bins = allIn(window)
  const all = [...bins.values()]
  const [first, last] = [window.slices[0], window.slices.at(-1)]
  if (!first || !last) return undefined
  const timeout = timeoutOf(bins, isOn(of.keepalive))
  return {
    of,
    current,
    cohorts: [...cohorts],
    since: first.from,
    until: last.to,
    silences: {
      survived: all.reduce((sum, { survived }) => sum + survived, 0),
      died: all.reduce((sum, { found, cut }) => sum + found + cut, 0),
      unseen: all.reduce((sum, { unseen }) => sum + unseen, 0),
    },
    survivedMs: longestSurvived(bins),
    ...(timeout && { timeout }),
    ...(change && { change }),
    curve: curveIn(bins),
  }
}

/** Where it is not known, it may be on. */
const isOn = (keepalive: Keepalive): boolean => keepalive !== undefined

/** As people write it in an option of longhold advise: `60s/10s/3` is idle, interval and count; `off`. */
export const keepaliveWord = (keepalive: Keepalive): string =>
  typeof keepalive === 'object'
    ? `${keepalive.idleS}s/${keepalive.intervalS}s/${keepalive.count}`
    : (keepalive ?? 'off')
