import { compareStrata, type RateStratum } from '../stats/strata.ts'
import type { RateRatio } from '../stats/poisson.ts'
import { faultsOf, type SeenSeries } from './seen.ts'

/** Cohorts of A and of B that are called alike: each is compared with its like. */
export interface Pair {
  readonly called: string
  readonly a: readonly SeenSeries[]
  readonly b: readonly SeenSeries[]
}

export interface Pairing {
  readonly pairs: readonly Pair[]
  /** Those without their like: they are shown, and not compared. */
  readonly onlyA: readonly SeenSeries[]
  readonly onlyB: readonly SeenSeries[]
  /** No two were called alike, so that each pool is taken as a whole. */
  readonly asWholes: boolean
}

/** Pairs cohorts by kind, path and what they are called. What did nothing in its range is left out. */
export function pairUp(a: readonly SeenSeries[], b: readonly SeenSeries[]): Pairing {
  const [left, right] = [byName(a.filter(isBusy)), byName(b.filter(isBusy))]
  const pairs = [...left].flatMap(([key, series]) => {
    const there = right.get(key)
    return there ? [{ called: series[0]?.called ?? '', a: series, b: there }] : []
  })
  if (pairs.length === 0)
    return { pairs: [wholes(left, right)], onlyA: [], onlyB: [], asWholes: left.size > 0 && right.size > 0 }
  return { pairs, onlyA: alone(left, right), onlyB: alone(right, left), asWholes: false }
}

/** How many times B's rate of faults is A's, pair by pair. */
export const rateRatioOf = (
  pairs: readonly Pair[],
  confidence: number,
  rateOf: typeof faultsOf = faultsOf,
): RateRatio =>
  compareStrata(
    pairs.map(({ a, b }): RateStratum => ({ first: rateOf(b), second: rateOf(a) })),
    confidence,
  )

type ByName = ReadonlyMap<string, readonly SeenSeries[]>

function byName(series: readonly SeenSeries[]): ByName {
  const names = new Map<string, readonly SeenSeries[]>()
  for (const each of series) {
    const key = [each.kind, each.path, each.called].join(' ')
    names.set(key, [...(names.get(key) ?? []), each])
  }
  return names
}

const isBusy = ({ exposureMs, opened, unconnected, resets, otherFaults }: SeenSeries): boolean =>
  exposureMs + opened + unconnected + resets + otherFaults > 0

const alone = (of: ByName, other: ByName): SeenSeries[] =>
  [...of].flatMap(([key, series]) => (other.has(key) ? [] : series))

const wholes = (left: ByName, right: ByName): Pair => ({
  called: '',
  a: [...left.values()].flat(),
  b: [...right.values()].flat(),
})
