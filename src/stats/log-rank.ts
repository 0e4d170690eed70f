import { checkSpans } from './distribution/counted.ts'
import { normalAtLeast } from './distribution/normal.ts'
import type { Lives } from './survival.ts'

/** The lives of two groups that are alike in all but what is compared; each age once in each. */
export interface Stratum {
  readonly first: readonly Lives[]
  readonly second: readonly Lives[]
}

/** Whether two groups outlive each age alike. */
export interface LogRank {
  /** Deaths of the first and the second group. */
  readonly died: readonly [first: number, second: number]
  /** Deaths that each would have seen if both had died alike. */
  readonly expected: readonly [first: number, second: number]
  /** (O − E)² / V, one degree of freedom; 0 where nothing can be compared. */
  readonly chiSquare: number
  /** How likely curves so far apart are between groups that die alike. */
  readonly p: number
}

/**
 * The log-rank test (N. Mantel, 1966; R's `survdiff`), stratified: a life is compared with those of its own stratum alone.
 * Those last seen alive at an age outlive the dead of it. Ages that only one group came to compare nothing.
 */
export function logRank(strata: readonly Stratum[]): LogRank {
  const sums = strata.map(sumsOf)
  const total = (of: (each: Sums) => number) => sums.reduce((sum, each) => sum + of(each), 0)
  const died = [total(each => each.first), total(each => each.second)] as const
  const expected = total(each => each.expected)
  const variance = total(each => each.variance)
  const chiSquare = variance > 0 ? (died[0] - expected) ** 2 / variance : 0
  return {
    died,
    expected: [expected, died[0] + died[1] - expected],
    chiSquare,
    p: Math.min(1, 2 * normalAtLeast(Math.sqrt(chiSquare))),
  }
}

interface Sums {
  readonly first: number
  readonly second: number
  /** Of the first group's deaths: mean and variance (hypergeometric at each age), if both die alike. */
  readonly expected: number
  readonly variance: number
}

function sumsOf({ first, second }: Stratum): Sums {
  const [here, there] = [byAge(first), byAge(second)]
  let [a, b] = [countOf(first), countOf(second)]
  const sums = { first: 0, second: 0, expected: 0, variance: 0 }
  for (const age of [...new Set([...here.keys(), ...there.keys()])].sort((x, y) => x - y)) {
    const [one, other] = [here.get(age) ?? nobody, there.get(age) ?? nobody]
    const [deaths, atRisk] = [one.died + other.died, a + b]
    sums.first += one.died
    sums.second += other.died
    if (deaths > 0) sums.expected += (deaths * a) / atRisk
    if (deaths > 0 && atRisk > 1)
      sums.variance += ((a / atRisk) * (b / atRisk) * deaths * (atRisk - deaths)) / (atRisk - 1)
    a -= one.died + one.survived
    b -= other.died + other.survived
  }
  return sums
}

const nobody = { died: 0, survived: 0 }

function byAge(lives: readonly Lives[]): ReadonlyMap<number, Lives> {
  checkSpans(lives.flatMap(({ age, died, survived }) => [age, died, survived]))
  const ages = new Map(lives.map(each => [each.age, each]))
  if (ages.size < lives.length) throw new RangeError('an age is there twice')
  return ages
}

const countOf = (lives: readonly Lives[]): number => lives.reduce((sum, { died, survived }) => sum + died + survived, 0)
