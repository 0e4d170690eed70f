/**
 * P(the largest distance between the distribution of n values and the one they come from is `distance` or more): the
 * p-value of the Kolmogorov-Smirnov test, two-sided. Exact up to n = 100, right to one in a hundred beyond.
 */
export function kolmogorovAtLeast(distance: number, n: number): number {
  if (!(Number.isSafeInteger(n) && n > 0 && distance >= 0)) throw new RangeError(`a distance of ${distance} among ${n}`)
  if (distance >= 1) return 0
  const spread = n * distance * distance
  // So far out this is right to seven digits of the whole, and subtracts nothing from 1 (Marsaglia, Tsang, Wang 2003, section 3).
  if (spread > (n <= 100 ? 7.24 : 3.76))
    return Math.min(1, 2 * Math.exp(-(2.000071 + 0.331 / Math.sqrt(n) + 1.409 / n) * spread))
  return Math.max(0, n <= 100 ? 1 - within(distance, n) : limit(corrected(distance, n)))
}

/** Kolmogorov's limit, P(√n D ≥ x) as n grows: 2 Σ (−1)^(i−1) exp(−2 i² x²). */
function limit(x: number): number {
  if (x < 0.2) return 1 // the series needs ever more terms, the probability is 1 to twelve digits
  let sum = 0
  for (let i = 1; i < 30; i++) sum += (i % 2 ? 2 : -2) * Math.exp(-2 * i * i * x * x)
  return Math.min(1, sum)
}

/** The √n D that meets the limit sooner. J. Vrbik, "Small-sample corrections to Kolmogorov-Smirnov test statistic" (2018). */
const corrected = (distance: number, n: number): number => {
  const x = Math.sqrt(n) * distance
  return x + 1 / (6 * Math.sqrt(n)) + (x - 1) / (4 * n)
}

/**
 * P(D < distance), exact: n!/nⁿ times the middle of the nth power of a matrix. G. Marsaglia, W. W. Tsang, J. Wang,
 * "Evaluating Kolmogorov's distribution", Journal of Statistical Software 8(18), 2003. Up to n = 100 and a spread of 7.24
 * it has at most 55 rows, and the power stays below e¹⁰⁰: nothing overflows.
 */
function within(distance: number, n: number): number {
  const k = Math.floor(n * distance) + 1
  const h = k - n * distance
  let power = identity(2 * k - 1)
  let doubled = steps(2 * k - 1, h)
  for (let rest = n; rest > 0; rest >>= 1) {
    if (rest % 2) power = times(power, doubled)
    if (rest > 1) doubled = times(doubled, doubled)
  }
  let value = power[k - 1]?.[k - 1] ?? 0
  for (let i = 1; i <= n; i++) value *= i / n
  return value
}

type Matrix = readonly (readonly number[])[]

const square = (size: number, entry: (row: number, column: number) => number): Matrix =>
  Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) => entry(row, column)))

const identity = (size: number): Matrix => square(size, (row, column) => (row === column ? 1 : 0))

const times = (a: Matrix, b: Matrix): Matrix =>
  square(a.length, (row, column) => (a[row] ?? []).reduce((sum, each, i) => sum + each * (b[i]?.[column] ?? 0), 0))

function steps(size: number, h: number): Matrix {
  const last = size - 1
  return square(size, (row, column) => {
    let entry = row - column + 1 < 0 ? 0 : 1
    if (column === 0) entry -= h ** (row + 1)
    if (row === last) entry -= h ** (size - column)
    if (column === 0 && row === last && 2 * h > 1) entry += (2 * h - 1) ** size
    for (let i = 2; i <= row - column + 1; i++) entry /= i
    return entry
  })
}
