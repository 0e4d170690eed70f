import type { Random } from '../../src/stats/distribution/random.ts'

/** How many events there were, where `mean` are expected. D. E. Knuth, The Art of Computer Programming, vol. 2, 3.4.1. */
export function poissonDraw(mean: number, random: Random): number {
  let [k, chance] = [0, random()]
  while (chance > Math.exp(-mean)) {
    chance *= random()
    k += 1
  }
  return k
}
