/** One thing measured of one subject, once a round. */
export interface Measure {
  readonly what: string
  readonly unit: string
  /** Whose number it is: a column of the table. */
  readonly of: string
  readonly values: readonly number[]
}

/** What we mean to reach: the median of the rounds below it. */
export interface Aim {
  readonly what: string
  readonly unit: string
  readonly values: readonly number[]
  readonly below: number
}

/** What a benchmark found. */
export interface Finding {
  readonly title: string
  readonly measures: readonly Measure[]
  readonly aims: readonly Aim[]
  /** What a reader must know to read the numbers. */
  readonly notes: readonly string[]
}

/** The middle value, or the mean of the two in the middle. NaN when there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1)
  return middle.reduce((sum, value) => sum + value, 0) / middle.length
}

/** The value that `percent` of `values` do not exceed (nearest rank). NaN when there are none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN
}

export const isMet = ({ values, below }: Aim): boolean => median(values) < below

/** Each value of one round divided by its twin of the same round, which shared its weather. */
export const ratios = (values: readonly number[], to: readonly number[]): number[] =>
  values.map((value, round) => value / (to[round] ?? NaN))
