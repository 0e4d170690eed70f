import { hypergeometricAtLeast } from '../stats/distribution/hypergeometric.ts'
import { fatalOf } from '../survival/silence.ts'
import { type Loss, lossesOf } from './losses.ts'
import { doubt } from './repicked.ts'
import { type Scene, serversOf } from './scene.ts'
import { asLong } from './signs.ts'
import { asLongAs, type Silence, silencesOf } from './silences.ts'

/** The control group: as long silences, straight to pods. */
export interface Control {
  readonly died: readonly Loss[]
  readonly survived: readonly Silence[]
  /** It was spared what others met, and not by chance. */
  readonly spared: boolean
  /** It met the same, as far as can be told. */
  readonly hit: boolean
}

/** What became of silences as long, straight to the same servers; of a loss that itself went straight, to others. */
export function controlOf(scene: Scene): Control {
  const { of, way, losses, servers } = scene
  const lossy = new Set(losses.map(({ cohort }) => cohort))
  const groups = of.cohorts.filter(
    cohort =>
      cohort.of.path === 'pod' &&
      !lossy.has(cohort) &&
      (way === 'direct' || serversOf(cohort).some(each => servers.has(each))),
  )
  const shortest = Math.min(...losses.map(({ death, quietMs }) => fatalOf(death, quietMs)))
  const survived = silencesOf(of).filter(
    ({ cohort, quietMs }) => groups.includes(cohort) && quietMs >= asLongAs(shortest),
  )
  const died = lossesOf(of).filter(({ cohort }) => cohort !== undefined && groups.includes(cohort))
  const [dead, all] = [losses.length, losses.length + asLong(scene).length]
  const [deadHere, allHere] = [died.length, died.length + survived.length]
  const chance = (k: number, drawn: number) => hypergeometricAtLeast(k, drawn, dead + deadHere, all + allHere)
  const spared = allHere > 0 && chance(dead, all) <= doubt
  return { died, survived, spared, hit: deadHere > 0 && !spared }
}
