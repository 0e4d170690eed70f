import type { Trial } from './trial.ts'

/** Cuts closer together than this belong to one moment, ms. */
const togetherMs = 1000
/** Ages within so much of each other are one age. */
const oneAge = 0.85

/**
 * The cuts that came at one moment to connections of clearly different ages: a restart, a failover, a flush that answers. They say
 * nothing about any timeout. One alone is nobody's moment.
 */
export function isOfOneMoment(trials: readonly Trial[]): readonly Trial[] {
  const cuts = trials.filter(({ outcome }) => outcome === 'cut').toSorted((a, b) => a.atMs - b.atMs)
  const bursts: Trial[][] = []
  for (const cut of cuts) {
    const burst = bursts.at(-1)
    if (burst && cut.atMs - (burst.at(-1)?.atMs ?? 0) <= togetherMs) burst.push(cut)
    else bursts.push([cut])
  }
  return bursts.filter(differ).flat()
}

function differ(burst: readonly Trial[]): boolean {
  const ages = burst.map(({ silenceMs }) => silenceMs)
  return burst.length >= 4 && Math.min(...ages) < Math.max(...ages) * oneAge && Math.max(...ages) > 1000
}
