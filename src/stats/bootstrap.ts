import { checkConfidence, checkProbability, type Interval } from './distribution/counted.ts'
import { orderDraw, seeded } from './distribution/random.ts'

/** A value, and how often it was seen. */
export interface Seen {
  readonly value: number
  readonly count: number
}

/** What has to be said for the draws to be the same again. */
export interface Draws {
  readonly seed: number
  /** Resamples. */
  readonly rounds: number
  readonly confidence: number
}
export const usualDraws: Draws = { seed: 1, rounds: 4000, confidence: 0.95 }

/** The value that so large a share of all values do not exceed (nearest rank); `undefined` where there are none. */
export function quantile(values: readonly Seen[], share: number): number | undefined {
  const sample = sampleOf(values)
  return sample.size === 0 ? undefined : atRank(sample, rankOf(share, sample.size))
}

/** A quantile and its bootstrap interval. */
export interface Quantile extends Interval {
  readonly value: number
}

/**
 * B. Efron's percentile bootstrap of a quantile. The rth smallest value of a resample is that at the rth smallest of n uniform
 * draws, whose distribution is known: one draw stands for a whole resample, so that millions of values take no longer than ten.
 * `undefined` where fewer than five values lie beyond it on either side: resamples know nothing of what lies further out.
 */
export function bootstrapQuantile(
  values: readonly Seen[],
  share: number,
  draws: Draws = usualDraws,
): Quantile | undefined {
  const sample = sampleOf(values)
  if (!reaches(sample, share)) return undefined
  return { value: atRank(sample, rankOf(share, sample.size)), ...middle(resampled(sample, share, draws), draws) }
}

/** How many times the first's quantile is that of the second; as above. */
export function bootstrapQuantileRatio(
  first: readonly Seen[],
  second: readonly Seen[],
  share: number,
  draws: Draws = usualDraws,
): Quantile | undefined {
  const [one, other] = [sampleOf(first), sampleOf(second)]
  if (!reaches(one, share) || !reaches(other, share)) return undefined
  const below = resampled(other, share, { ...draws, seed: draws.seed + 1 }) // another chance than the first's
  const ratios = resampled(one, share, draws).map((value, round) => value / (below[round] ?? 1))
  const value = atRank(one, rankOf(share, one.size)) / atRank(other, rankOf(share, other.size))
  return { value, ...middle(ratios, draws) }
}

interface Sample {
  readonly values: readonly number[]
  /** How many there are up to each of the values. */
  readonly upTo: readonly number[]
  readonly size: number
}

function sampleOf(seen: readonly Seen[]): Sample {
  const sorted = seen.filter(({ count }) => count > 0).sort((a, b) => a.value - b.value)
  let size = 0
  const upTo = sorted.map(({ count }) => (size += count))
  return { values: sorted.map(({ value }) => value), upTo, size }
}

/** Values that have to lie beyond a quantile, on either side. */
const fewest = 5

const reaches = ({ size }: Sample, share: number): boolean => {
  const rank = rankOf(share, size)
  return rank > fewest && size - rank >= fewest
}

function rankOf(share: number, size: number): number {
  checkProbability(share)
  return Math.max(1, Math.ceil(share * size - 1e-9))
}

function resampled(sample: Sample, share: number, { seed, rounds }: Draws): number[] {
  const random = seeded(seed)
  const rank = rankOf(share, sample.size)
  return Array.from({ length: rounds }, () => atRank(sample, orderDraw(rank, sample.size, random) * sample.size))
}

/** The first value that `rank` values or more do not exceed. */
function atRank({ values, upTo }: Sample, rank: number): number {
  let [low, high] = [0, upTo.length - 1]
  while (low < high) {
    const half = (low + high) >> 1
    if ((upTo[half] ?? 0) >= rank) high = half
    else low = half + 1
  }
  return values[low] ?? Number.NaN
}

/** The interval that all but (1 − confidence) / 2 of them at either end lie in. */
function middle(values: readonly number[], { confidence }: Draws): Interval {
  checkConfidence(confidence)
  const sorted = values.toSorted((a, b) => a - b)
  const cut = Math.floor(((1 - confidence) / 2) * sorted.length)
  return { low: sorted[cut] ?? Number.NaN, high: sorted[sorted.length - 1 - cut] ?? Number.NaN }
}
