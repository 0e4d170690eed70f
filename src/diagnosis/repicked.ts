import { binomialAsUnlikely } from '../stats/distribution/binomial.ts'

/** The most backends that are told apart: the shares of larger numbers differ too little (`stats/backends.ts`). */
const mostBackends = 16
/** What would be seen less than once in so many times is ruled out. */
export const doubt = 0.001

/** What is known of the backends of a Service: those that were met, in so many openings; or all, from who knows them. */
export interface Backends {
  readonly met: number
  readonly openings: number
  readonly known?: number | undefined
}

/**
 * For which numbers of backends it is no surprise that so many of `picks` died, if each picked a backend anew: (N−1)/N of
 * them find one that does not know them. With a single backend nobody dies.
 */
export function repicked(died: number, picks: number, { met, openings, known }: Backends): readonly number[] {
  if (died > picks) return []
  const least = Math.max(2, met)
  const choices = known === undefined ? Array.from({ length: mostBackends - least + 1 }, (_, i) => least + i) : [known]
  return choices.filter(n => {
    if (n < 2) return died === 0
    const luck = known === undefined ? unmet(n, Math.max(1, met), openings) : 1
    return binomialAsUnlikely(died, picks, (n - 1) / n) * luck > doubt
  })
}

/** At most so likely is it that openings at random meet only `met` of `n` backends. */
function unmet(n: number, met: number, openings: number): number {
  let choices = 1
  for (let i = 0; i < met; i++) choices *= (n - i) / (i + 1)
  return Math.min(1, choices * (met / n) ** openings)
}
