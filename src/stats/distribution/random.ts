import { checkSpans } from './counted.ts'

/** Uniform between 0 and 1, neither of them drawn. */
export type Random = () => number

/**
 * Chance that can be had again: the same seed, the same draws, on any machine. sfc32, C. Doty-Humphrey (PractRand): 128 bits
 * of state, a period of 2^32 at the very least; 52 bits a draw.
 */
export function seeded(seed: number): Random {
  let [a, b, c, counter] = [0, seed | 0, Math.trunc(seed / 2 ** 32) | 0, 1]
  function next(): number {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }
  for (let i = 0; i < 15; i++) next() // until the seed is in every bit
  return () => ((next() >>> 6) * 2 ** 26 + (next() >>> 6) + 0.5) / 2 ** 52
}

/** A draw from the gamma distribution of that shape (1 or more) and scale 1. G. Marsaglia, W. W. Tsang (2000). */
export function gammaDraw(shape: number, random: Random): number {
  checkSpans([shape])
  if (shape < 1) throw new RangeError(`a shape of ${shape}`)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normalDraw(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

/** A draw from the standard normal distribution. G. E. P. Box, M. E. Muller (1958). */
export const normalDraw = (random: Random): number =>
  Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())

/** The kth smallest of n uniform draws, in one go: it has the beta distribution of k and n + 1 − k. */
export function orderDraw(k: number, n: number, random: Random): number {
  const below = gammaDraw(k, random)
  return below / (below + gammaDraw(n + 1 - k, random))
}
