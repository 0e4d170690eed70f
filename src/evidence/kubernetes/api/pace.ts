/** How long things may take. Constants, but for tests. */
export interface Pace {
  /** From a request to the head of its answer, ms. An API server says 200 to a watch at once. */
  readonly headMs: number
  /** A watch ends by itself after so long at most, s. The shorter, the sooner a server that hangs is noticed. */
  readonly watchS: number
  /** So much later than that, ms, a watch that goes on is one that hangs. */
  readonly graceMs: number
  /** A page of a list, to its last byte. */
  readonly pageMs: number
  /** Between attempts: exponential, capped, with jitter. */
  readonly retry: { readonly baseMs: number; readonly capMs: number }
  /** What is forbidden, or not there at all, will be so for a while. */
  readonly forbiddenMs: number
  /** Where only our own namespace may be read, the whole cluster is asked for again: somebody may have allowed it. */
  readonly widenMs: number
  /** A watch is read at this pace and no faster, bytes in a second: the rest waits at the server. */
  readonly bytesEachSecond: number
}

export const usualPace: Pace = {
  headMs: 10_000,
  watchS: 60,
  graceMs: 15_000,
  pageMs: 30_000,
  retry: { baseMs: 1000, capMs: 60_000 },
  forbiddenMs: 60_000,
  widenMs: 600_000,
  bytesEachSecond: 4 * 1024 * 1024,
}
