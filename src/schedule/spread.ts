/** A number in [0, 1): `Math.random`, or a story's own in tests. */
export type Random = () => number

/** Start delay of the `index`th of `count` connections, so that they spread evenly over `overMs` instead of knocking at once. */
export function startDelay(index: number, count: number, overMs: number): number {
  return count > 1 ? (overMs * index) / count : 0
}

/**
 * How long to wait before the `failures`th attempt in a row to reconnect: exponential, capped, with full jitter
 * (AWS Architecture Blog, "Exponential Backoff and Jitter": a restarted server is not met by everyone in the same instant).
 */
export function backoff(
  failures: number,
  { baseMs, capMs }: { baseMs: number; capMs: number },
  random: Random,
): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(failures, 30))
  return ceiling / 2 + (ceiling / 2) * random()
}
