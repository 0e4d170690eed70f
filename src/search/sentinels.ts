import type { Clock } from '../clock.ts'
import type { Found } from '../tuning/estimate.ts'
import type { Held } from './connections.ts'

/** Sentinels so much younger than what died tell age from moment. */
const [youngerThen, youngerNow] = [0.85, 0.95]

/**
 * Whether connections died at a moment, whatever their age: then those that were there, and younger, are dead as well.
 * `first`: steady ms at which the first of them was found dead.
 */
export async function isMoment(
  first: number,
  { lowMs }: Found,
  sentinels: readonly Held[],
  clock: Clock,
): Promise<boolean> {
  const asked = sentinels.filter(({ attempt }) => {
    const since = attempt.quietSince()
    if (since === undefined || since >= first) return false
    return first - since < lowMs * youngerThen && clock.steady() - since < lowMs * youngerNow
  })
  for (const { attempt } of asked) attempt.askNow()
  const outcomes = await Promise.all(asked.map(({ attempt }) => attempt.outcome))
  const count = (type: 'died' | 'survived') => outcomes.filter(outcome => outcome.type === type).length
  return count('died') > count('survived')
}
