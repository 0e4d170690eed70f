import { hypergeometricAtLeast } from '../stats/distribution/hypergeometric.ts'
import { beyond, type Beyond, type Bins, longestSurvived, together } from './bins.ts'
import { type Timeout, timeoutOf } from './timeout.ts'
import type { Slice } from './window.ts'

/** What silences tell of a path, before or after. */
export interface Measured {
  /** The longest silence that was survived, ms; 0: none was. */
  readonly survivedMs: number
  /** Absent where nothing died of its age. */
  readonly timeout?: Timeout
}

/** The idle timeout of a path became another. */
export interface Change {
  readonly became: 'shorter' | 'longer'
  readonly before: Measured
  readonly now: Measured
  /** It was the old one until `after`, and the new one from `by` on, epoch ms. */
  readonly after: number
  readonly by: number
  /** Silences that one was fatal to and the other was not: how many of them lived and died, before and since. */
  readonly silences: { readonly before: Beyond; readonly now: Beyond }
  /** So likely is as large a difference where nothing changed. */
  readonly chance: number
}

/** It is asked once for each slice, for weeks: luck looks like a change so seldom. */
const rare = 1e-6
/** Silences that have to be survived, and rounds of them: what one moment brings is no timeout. */
const [leastLived, leastRounds] = [6, 3]
/** While they are survived, so large a share of them may die of something else. */
const mostStray = 0.1

/**
 * Looks for a change between any two slices of a window, and leaves the slice in which it came to neither side. `undefined` where
 * there is none: both sides have to be sure, disjoint, and too different for luck.
 */
export function changeIn(slices: readonly Slice[], keepalive: boolean): Change | undefined {
  if (!slices.some(({ bins }) => beyond(bins, 0).died > 0)) return undefined
  const olds = sums(slices)
  const news = sums(slices.toReversed()).toReversed()
  const found = slices.flatMap(({ from, to }, i) => {
    const [old, now] = [olds[i - 1], news[i + 1]]
    const change = old && now && between(old, now, keepalive)
    return change ? [{ ...change, after: from, by: to }] : []
  })
  return found.toSorted((a, b) => a.chance - b.chance)[0]
}

/** The first slice, the first two, and so on. */
function sums(slices: readonly Slice[]): Bins[] {
  const all: Bins[] = []
  for (const { bins } of slices) all.push(together([...all.slice(-1), bins]))
  return all
}

function between(old: Bins, now: Bins, keepalive: boolean): Omit<Change, 'after' | 'by'> | undefined {
  const [before, after] = [measured(old, keepalive), measured(now, keepalive)]
  return compared('shorter', { before, now: after }, old, now) ?? compared('longer', { before, now: after }, old, now)
}

function compared(
  became: Change['became'],
  told: Pick<Change, 'before' | 'now'>,
  old: Bins,
  now: Bins,
): Omit<Change, 'after' | 'by'> | undefined {
  const [short, long] = became === 'shorter' ? [told.now, told.before] : [told.before, told.now]
  const reached = long.timeout?.lowMs ?? long.survivedMs
  if (!short.timeout || reached < short.timeout.highMs) return undefined
  // Of longer ones both are fatal: only those between tell.
  const [from, to] = [short.timeout.bin, long.timeout?.bin]
  const [before, since] = [beyond(old, from, to), beyond(now, from, to)]
  const [spared, met] = became === 'shorter' ? [before, since] : [since, before]
  const { lived, died } = spared
  if (Math.min(spared.roundsLived, met.roundsDied) < leastRounds) return undefined
  if (lived < leastLived || died > (lived + died) * mostStray) return undefined
  const [hit, dead] = [met.lived + met.died, met.died + died]
  const chance = hypergeometricAtLeast(met.died, hit, dead, hit + lived + died)
  return chance > rare ? undefined : { became, ...told, silences: { before, now: since }, chance }
}

function measured(bins: Bins, keepalive: boolean): Measured {
  const timeout = timeoutOf(bins, keepalive)
  return { survivedMs: longestSurvived(bins), ...(timeout && { timeout }) }
}
