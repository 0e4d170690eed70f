import { binOf } from './edges.ts'
import type { Silence } from './silence.ts'

/** Silences of about one length, counted. Lengths are ms, 0 where there was no such silence. */
export type Bin = { -readonly [Field in (typeof binFields)[number]]: number }

/** In the order in which a journal keeps them. */
export const binFields = [
  'survived',
  'found',
  'cut',
  'unseen',
  /** Survivals that came one after another: none of those silences had begun when the one before it ended. */
  'roundsSurvived',
  /** The same of deaths: what one moment does is one round, however many it meets. */
  'roundsDied',
  'longestSurvived',
  'shortestFound',
  'shortestCut',
  'longestCut',
] as const

/** By number of the bin (`binOf`); only those that hold something. */
export type Bins = ReadonlyMap<number, Readonly<Bin>>

const nothing: Readonly<Bin> = Object.fromEntries(binFields.map(field => [field, 0])) as Bin // fromEntries forgets the keys

/** When the last round in a bin ended, epoch ms. */
export interface Rounds {
  survivedAt: number
  diedAt: number
}

/** Counts a silence, and whether it makes a round. */
export function count(bins: Map<number, Bin>, rounds: Map<number, Rounds>, { ms, end, endedAt }: Silence): void {
  const at = binOf(ms)
  const bin = bins.get(at) ?? placed(bins, at, { ...nothing })
  bin[end] += 1
  if (end === 'unseen') return
  if (end === 'survived') bin.longestSurvived = Math.max(bin.longestSurvived, ms)
  if (end === 'found') bin.shortestFound = shorter(bin.shortestFound, ms)
  if (end === 'cut') {
    bin.shortestCut = shorter(bin.shortestCut, ms)
    bin.longestCut = Math.max(bin.longestCut, ms)
  }
  const last = rounds.get(at) ?? placed(rounds, at, { survivedAt: -Infinity, diedAt: -Infinity })
  if (end === 'survived') {
    if (isNext(last.survivedAt, endedAt, ms)) bin.roundsSurvived += 1
    last.survivedAt = latest(last.survivedAt, endedAt, ms)
  } else {
    if (isNext(last.diedAt, endedAt, ms)) bin.roundsDied += 1
    last.diedAt = latest(last.diedAt, endedAt, ms)
  }
}

function placed<T>(all: Map<number, T>, at: number, made: T): T {
  all.set(at, made)
  return made
}

/** It began when the last round had ended. */
const isNext = (last: number, endedAt: number, ms: number): boolean => endedAt - ms >= last

/** Where the clock was set back the next round begins there. */
const latest = (last: number, endedAt: number, ms: number): number =>
  isNext(last, endedAt, ms) || endedAt < last - ms ? endedAt : last

/** All of several, bin by bin. */
export function together(all: readonly Bins[]): Bins {
  const sum = new Map<number, Bin>()
  for (const bins of all)
    for (const [at, bin] of bins) {
      const there = sum.get(at)
      sum.set(at, there ? plus(there, bin) : { ...bin })
    }
  return sum
}

const plus = (a: Readonly<Bin>, b: Readonly<Bin>): Bin => ({
  survived: a.survived + b.survived,
  found: a.found + b.found,
  cut: a.cut + b.cut,
  unseen: a.unseen + b.unseen,
  roundsSurvived: a.roundsSurvived + b.roundsSurvived,
  roundsDied: a.roundsDied + b.roundsDied,
  longestSurvived: Math.max(a.longestSurvived, b.longestSurvived),
  shortestFound: shorter(a.shortestFound, b.shortestFound),
  shortestCut: shorter(a.shortestCut, b.shortestCut),
  longestCut: Math.max(a.longestCut, b.longestCut),
})

/** 0 stands for none. */
const shorter = (a: number, b: number): number => (a === 0 || b === 0 ? a + b : Math.min(a, b))

/** The longest silence that was survived, ms; 0 where none was. */
export const longestSurvived = (bins: Bins): number =>
  [...bins.values()].reduce((most, bin) => Math.max(most, bin.longestSurvived), 0)

/** How silences fared in these bins from number `from` on, and before `to`. */
export interface Beyond {
  readonly lived: number
  readonly died: number
  /** Of the bin that has the most. */
  readonly roundsLived: number
  readonly roundsDied: number
}

export function beyond(bins: Bins, from: number, to = Infinity): Beyond {
  const all = [...bins].filter(([at]) => at >= from && at < to).map(([, bin]) => bin)
  return {
    lived: all.reduce((sum, { survived }) => sum + survived, 0),
    died: all.reduce((sum, { found, cut }) => sum + found + cut, 0),
    roundsLived: Math.max(0, ...all.map(({ roundsSurvived }) => roundsSurvived)),
    roundsDied: Math.max(0, ...all.map(({ roundsDied }) => roundsDied)),
  }
}
