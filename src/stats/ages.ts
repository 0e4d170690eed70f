import { checkSpans, type Interval } from './distribution/counted.ts'
import { kolmogorovAtLeast } from './distribution/kolmogorov.ts'
import { clopperPearson } from './proportion.ts'

/** How many of those that died did so right after an age. */
export interface Share extends Interval {
  readonly inside: number
  readonly of: number
}

/** How many died at ages from `age` to `age + slack`, with the exact interval of their share. */
export function shareAt(died: readonly number[], age: number, slack: number, confidence = 0.95): Share {
  checkSpans(died)
  const inside = died.filter(each => each >= age && each <= age + slack).length
  return { inside, of: died.length, ...clopperPearson(inside, died.length, confidence) }
}

/** Whether deaths come at any age alike. */
export interface Evenness {
  /** Kolmogorov and Smirnov's D: 0 as even as can be, 1 all at one end. */
  readonly distance: number
  /** How likely so uneven a spread is where every age is as deadly as any other. */
  readonly p: number
}

/**
 * Kolmogorov and Smirnov's test of ages at death against the ages at which there was anybody to die: where death comes
 * at a constant rate, the exposure below the ages at death, as a share of all exposure, is uniform (the total time on test,
 * B. Epstein, 1960). Ages have to be those of death: where it is only noticed at the end of a silence, see `cliff`.
 */
export function evenness(died: readonly number[], survived: readonly number[]): Evenness {
  checkSpans(died)
  checkSpans(survived)
  const lives = [...died, ...survived].toSorted((a, b) => a - b)
  const whole = lives.reduce((sum, age) => sum + age, 0)
  if (died.length === 0 || whole === 0) return { distance: 0, p: 1 }
  const deaths = died.toSorted((a, b) => a - b)
  let [distance, below, ended] = [0, 0, 0]
  for (const [i, age] of deaths.entries()) {
    for (let next = lives[ended]; next !== undefined && next < age; next = lives[ended]) {
      below += next
      ended += 1
    }
    const share = (below + age * (lives.length - ended)) / whole
    distance = Math.max(distance, share - i / deaths.length, (i + 1) / deaths.length - share)
  }
  return { distance, p: kolmogorovAtLeast(distance, deaths.length) }
}
