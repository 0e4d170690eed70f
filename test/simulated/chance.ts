/** Luck that is the same each time: every story has its own. */
export interface Chance {
  /** In [0, 1). */
  unit(): number
  /** Between, in ms or whatever. */
  between(least: number, most: number): number
  /** True once in `1 / share` times. */
  hits(share: number): boolean
  pick<T>(from: readonly T[]): T | undefined
  /** How long until the next of events that come by themselves, so far apart on average. */
  wait(mean: number): number
}

/** mulberry32 (Tommy Ettinger): 32 bits of state, good enough for a story. */
export function chance(seed: number): Chance {
  let state = seed >>> 0
  const unit = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    unit,
    between: (least, most) => least + (most - least) * unit(),
    hits: share => unit() < share,
    pick: from => from[Math.floor(unit() * from.length)],
    wait: mean => -mean * Math.log(1 - unit()),
  }
}
