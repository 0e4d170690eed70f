import { poissonAtLeast } from '../stats/distribution/poisson.ts'
import { type Loss, lossesOf } from './losses.ts'
import { doubt } from './repicked.ts'
import type { Scene } from './scene.ts'

/** Ports that `connect` chooses from: of 32768 to 60999 every other one (inet_hashtables.c). */
const ports = 14_116

/**
 * Losses of the control group that the same cause explains. Once both are forgotten, a connection through the Service may
 * take the reply tuple of one straight to the same pod from the same source port, and the other is given a port that its
 * server does not know (nf_nat_core.c, get_unique_tuple). Few connections share a port: more losses than that are another
 * matter, and none are returned.
 */
export function collisionsOf(scene: Scene): readonly Loss[] {
  const { of, losses, servers, way } = scene
  if (way === 'direct') return []
  const died = lossesOf(of).filter(
    ({ death, manner }) => death.path === 'pod' && manner === 'word' && servers.has(death.peer?.instance ?? ''),
  )
  const shortest = Math.min(...losses.map(({ quietMs }) => quietMs))
  const held = (path: string) =>
    of.cohorts.filter(cohort => cohort.of.path === path).reduce((sum, { open, ends }) => sum + open + ends.length, 0)
  const expected = (held('pod') * held('service')) / ports
  const plausible = expected > 0 && died.length < losses.length && poissonAtLeast(died.length, expected) > doubt
  return plausible ? died.filter(({ quietMs }) => quietMs >= shortest * 0.9) : []
}
