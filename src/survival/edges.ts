/** Idle timeouts so usual that silences just below and just above them are kept apart, s. */
export const usualS: readonly number[] = [
  30, 60, 75, 120, 180, 240, 300, 350, 600, 900, 1200, 1800, 3600, 7200, 86_400, 432_000,
]
/** Shorter silences than the first are of one bin, and longer ones than a week, ms. */
const [fromMs, toMs] = [1000, 604_800_000]
/** Each bin is as wide as a tenth of its silences, at most. */
const ratio = 1.1
/** Timers ring a tick early and a while late: a silence of 900 s lies within so much of it. */
const slack = 0.006

/** Where one bin ends and the next begins, ms, rising: fixed for good, since journals keep counts by bin. */
export const edgesMs: readonly number[] = [
  ...new Set([...geometric(), ...usualS.flatMap(s => [s * 1000 * (1 - slack), s * 1000 * (1 + slack)])]),
].toSorted((a, b) => a - b)

function geometric(): number[] {
  const steps = Math.ceil(Math.log(toMs / fromMs) / Math.log(ratio))
  return Array.from({ length: steps + 1 }, (_, step) => fromMs * (toMs / fromMs) ** (step / steps))
}

/** The number of the bin that a silence of so many ms is counted in: 0 below the first edge, `edgesMs.length` above the last. */
export function binOf(ms: number): number {
  let [low, high] = [0, edgesMs.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((edgesMs[middle] ?? Infinity) <= ms) low = middle + 1
    else high = middle
  }
  return low
}

/** The shortest silence that belongs to a bin, ms. */
export const beginOf = (bin: number): number => (bin === 0 ? 0 : (edgesMs[bin - 1] ?? 0))
