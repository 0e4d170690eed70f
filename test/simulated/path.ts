import { type Estimate, estimate } from '../../src/tuning/estimate.ts'
import type { Ladder } from '../../src/tuning/ladder.ts'
import type { Trial } from '../../src/tuning/trial.ts'
import { chance } from './chance.ts'

export interface Simulation {
  readonly seed: number
  /** Beyond the timeout one in so many finds its backend again; with one, nobody does. */
  readonly backends: number
  /** Share of all silences that end badly for no reason. */
  readonly noise: number
  readonly rungs: Ladder
  /** False: the path forgets nobody. */
  readonly timeout?: boolean
}

/** Plays a search of a path with a timeout drawn by lot, rung by rung as the search does, until the picture is clear. */
export function simulated({
  seed,
  backends,
  noise,
  rungs,
  timeout = true,
}: Simulation): Estimate & { readonly truthMs: number } {
  const random = chance(seed).unit
  const [first = 1, last = 1] = [rungs.silencesMs[0], rungs.silencesMs.at(-1)]
  const truthMs = timeout ? first * 2 * (last / first / 3) ** random() : Infinity
  const trials: Trial[] = []
  for (const rung of rungs.silencesMs) {
    for (let each = 0; each < rungs.each; each++) {
      const silenceMs = rung + random() * 20 // no timer is exact
      const forgotten = silenceMs >= truthMs && (backends === 1 || random() >= 1 / backends)
      trials.push(
        forgotten || random() < noise
          ? { silenceMs, atMs: silenceMs, outcome: 'died', how: 'reset' }
          : { silenceMs, atMs: silenceMs, outcome: 'survived' },
      )
    }
    const found = estimate(trials, [])
    const sharp = found.kind !== 'open' && found.highMs <= found.lowMs * rungs.ratio * 1.02
    if (found.kind !== 'open' && (sharp || rung > found.highMs * 1.06)) return { ...found, truthMs }
  }
  return { ...estimate(trials, []), truthMs }
}
