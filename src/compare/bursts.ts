/** Faults that came together. One event, such as a flush or a restart, ends many connections at once. */
export interface Bursts {
  /** How many there were, a fault alone among them. */
  readonly count: number
  readonly largest: { readonly faults: number; readonly fromMs: number; readonly toMs: number } | undefined
}

/** Faults no further apart than this are one burst, ms. */
const apartMs = 10_000

/** Takes the times of faults, in order, epoch ms. */
export function bursts(): { fault(atMs: number): void; readonly all: Bursts } {
  let count = 0
  let largest: Bursts['largest']
  let now = { faults: 0, fromMs: -Infinity, toMs: -Infinity }
  return {
    fault(atMs) {
      if (Math.abs(atMs - now.toMs) <= apartMs) now = { ...now, faults: now.faults + 1, toMs: atMs }
      else {
        count += 1
        now = { faults: 1, fromMs: atMs, toMs: atMs }
      }
      if (now.faults > (largest?.faults ?? 0)) largest = now
    },
    get all() {
      return { count, largest }
    },
  }
}
