/**
 * Upper edges of classic histogram buckets, where the failures live: 1 s (SYN retransmit), 3 s (ARP failure),
 * 5 s (resolver timeout). Seconds, as Prometheus wants them.
 */
export const latencyEdges = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 30,
] as const

/** Edges of silences and lifetimes, at the timeouts that clouds and kernels ship with. Seconds. */
export const ageEdges = [
  1, 2, 5, 10, 30, 60, 120, 180, 240, 300, 350, 600, 900, 1200, 1800, 3600, 7200, 14_400, 43_200, 86_400, 432_000,
] as const

/** A classic histogram: `counts[i]` fell in (edges[i-1], edges[i]]; the last count is above every edge. */
export interface Buckets {
  readonly edges: readonly number[]
  readonly counts: number[]
  sum: number
}

export const buckets = (edges: readonly number[]): Buckets => ({
  edges,
  counts: Array.from({ length: edges.length + 1 }, () => 0),
  sum: 0,
})

/** Counts `value` (same unit as the edges) `times` times. */
export function count(into: Buckets, value: number, times = 1): void {
  const at = firstAtLeast(into.edges, value)
  into.counts[at] = (into.counts[at] ?? 0) + times
  into.sum += value * times
}

/** How many were counted. */
export const total = ({ counts }: Buckets): number => counts.reduce((sum, each) => sum + each, 0)

function firstAtLeast(edges: readonly number[], value: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((edges[middle] ?? Infinity) >= value) high = middle
    else low = middle + 1
  }
  return low
}
