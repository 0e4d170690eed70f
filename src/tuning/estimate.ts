import { cliff } from '../stats/cliff.ts'
import type { Cut, Death, Silent, Trial } from './trial.ts'

/** What the trials so far say about the timeout. */
export type Estimate =
  /** Nothing died yet, or not enough to tell it from bad luck. */
  { readonly kind: 'open'; readonly lowMs: number } | Found

export interface Found {
  /** `cut`: the path or the peer ends connections at that age; `died`: it forgets them, and the next word finds out. */
  readonly kind: 'cut' | 'died'
  /** The timeout is above `lowMs` and not above `highMs`. */
  readonly lowMs: number
  readonly highMs: number
  /** At most so likely is as clear a picture where age makes no difference. */
  readonly chance: number
  /** Of those that were silent for longer, so many lived: another backend's luck, or several paths. */
  readonly survivedBeyond: number
  readonly beyond: number
  /** How they ended, the most frequent first. */
  readonly how: readonly (readonly [Cut | Death, number])[]
  /** What the peer said as it closed. */
  readonly said?: string | undefined
}

/** So seldom may luck look like a timeout: one search in a thousand. */
const rare = 0.001

/**
 * Brackets the timeout. Deaths found at the end of a silence tell it from above and survivals from below (current status
 * data); a connection that is cut while silent tells it to the moment, if those of its age were all cut and younger ones
 * were not: otherwise something happened at that moment, whatever the age.
 */
export function estimate(trials: readonly Trial[], silent: readonly Silent[]): Estimate {
  return ofCuts(trials, silent) ?? ofDeaths(trials)
}

/** Fewer cuts are an accident. */
const fewest = 3
/** Those of one age are cut within so much of it: servers look for idle ones once a second, or less often. */
export const latest = (age: number): number => age * 1.05 + Math.min(1500, age * 0.3)

/** Timers of ours and of the peer's come so much late, ms. */
const tickMs = 20

const longestSurvived = (trials: readonly Trial[], below: number): number =>
  trials.reduce(
    (most, { outcome, silenceMs }) => (outcome === 'survived' && silenceMs < below ? Math.max(most, silenceMs) : most),
    0,
  )

function ofCuts(trials: readonly Trial[], silent: readonly Silent[]): Found | undefined {
  const cuts = trials.filter(trial => trial.outcome === 'cut').toSorted((a, b) => a.silenceMs - b.silenceMs)
  const first = densest(cuts.map(({ silenceMs }) => silenceMs))
  if (first === undefined) return undefined
  const [low, high] = [first, latest(first)]
  const inside = cuts.filter(({ silenceMs }) => silenceMs >= low && silenceMs <= high)
  if (inside.length < fewest) return undefined
  const last = inside.at(-1)?.silenceMs ?? low
  const outlived =
    trials.filter(trial => trial.outcome !== 'cut' && trial.silenceMs > last).length +
    silent.filter(({ ageMs }) => ageMs > last + 100).length
  const reached = inside.length + outlived
  if (inside.length < reached * 0.9) return undefined
  const moments = inside.map(({ atMs }) => atMs)
  // Who was younger by a tenth at that moment, and is silent still: it was the age, not the moment.
  const elapsed = Math.max(...moments)
  const younger = silent.filter(({ ageMs }) => ageMs < low * 0.9).length
  const apart = elapsed - Math.min(...moments) > low * 0.1 // the same age at different moments
  if (younger === 0 && !apart) return undefined
  // Nobody is cut too soon, and some are late: the timeout is at most the first one's age, and hardly further below than the others
  // are above.
  const late = last - low
  return {
    kind: 'cut',
    lowMs: Math.max(longestSurvived(trials, low), low - late - tickMs),
    highMs: low,
    chance: 0,
    survivedBeyond: outlived,
    beyond: reached,
    how: tally(inside.map(({ how }) => how)),
    said: inside.find(({ said }) => said !== undefined)?.said,
  }
}

/** Where the window begins that holds the most of `ages` (ascending). */
function densest(ages: readonly number[]): number | undefined {
  let [best, most] = [undefined as number | undefined, 0]
  for (const [index, age] of ages.entries()) {
    let end = index
    while ((ages[end] ?? Infinity) <= latest(age)) end += 1
    if (end - index > most) [best, most] = [age, end - index]
  }
  return best
}

/** Silences this close to each other were meant to be one: who of them was a little longer says nothing. */
const oneRung = 0.98

function ofDeaths(trials: readonly Trial[]): Estimate {
  const died = trials.filter(trial => trial.outcome === 'died')
  const survived = trials.filter(trial => trial.outcome === 'survived').map(({ silenceMs }) => silenceMs)
  const lowMs = survived.reduce((most, each) => Math.max(most, each), 0)
  const found = cliff(
    died.map(({ silenceMs }) => silenceMs),
    survived,
  )
  if (!found) return { kind: 'open', lowMs }
  // Where even the shortest silence kills nobody is below, and nothing speaks for a cliff but that all died.
  const allDead = found.after === 0 && found.above.survived === 0 && found.above.died >= 2 * fewest
  if (found.chance > rare && !allDead) return { kind: 'open', lowMs }
  return {
    kind: 'died',
    lowMs: survived.reduce(
      (most, each) => (each <= found.after && each < found.by * oneRung ? Math.max(most, each) : most),
      0,
    ),
    highMs: found.by,
    chance: allDead ? 0 : found.chance,
    survivedBeyond: found.above.survived,
    beyond: found.above.survived + found.above.died,
    how: tally(died.filter(({ silenceMs }) => silenceMs >= found.age).map(({ how }) => how)),
  }
}

function tally<T>(all: readonly T[]): (readonly [T, number])[] {
  const counts = new Map<T, number>()
  for (const each of all) counts.set(each, (counts.get(each) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1])
}
