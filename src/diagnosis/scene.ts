import { type Case, isDeath } from './case.ts'
import type { CohortHistory } from './history.ts'
import { type Loss, lossesOf, type Manner, type Way } from './losses.ts'
import { perCase } from './per-case.ts'
import { type Silence, silencesOf } from './silences.ts'

/** Losses alike, and who could have met the same: silences survived on the same way, to the same servers. */
export interface Scene {
  readonly of: Case
  readonly way: Way
  readonly losses: readonly [Loss, ...Loss[]]
  readonly survivors: readonly Silence[]
  /** Cohorts of the same way to the same servers, those that lost nobody too. */
  readonly cohorts: readonly CohortHistory[]
  /** The servers they met, by instance, and how often one was met. */
  readonly servers: ReadonlySet<string>
  readonly opens: number
}

/** `undefined` when there was no such loss. */
export function sceneOf(of: Case, way: Way, ...manners: readonly Manner[]): Scene | undefined {
  const scenes = scenesOf(of)
  const key = [way, ...manners].join(' ')
  if (!scenes.has(key)) scenes.set(key, made(of, way, manners))
  return scenes.get(key)
}

const scenesOf = perCase(() => new Map<string, Scene | undefined>())

function made(of: Case, way: Way, manners: readonly Manner[]): Scene | undefined {
  const [first, ...rest] = lossesOf(of).filter(loss => loss.way === way && manners.includes(loss.manner))
  if (!first) return undefined
  const losses = [first, ...rest] as const
  const met = new Set(losses.map(({ death }) => death.peer?.instance))
  const lossy = new Set(losses.map(({ cohort }) => cohort))
  const cohorts = of.cohorts.filter(
    cohort => lossy.has(cohort) || (goes(of, cohort, way) && serversOf(cohort).some(each => met.has(each))),
  )
  const opens = cohorts.flatMap(serversOf)
  const theirs = manners.includes('theirs')
  const judgedAt = new Map(cohorts.map(cohort => [cohort, lastJudged(of, cohort)]))
  return {
    of,
    way,
    losses,
    survivors: silencesOf(of).filter(
      ({ cohort, speaker, brokenAt }) =>
        brokenAt > (judgedAt.get(cohort) ?? Infinity) && (theirs || speaker === 'client'),
    ),
    cohorts,
    servers: new Set(opens),
    opens: opens.length,
  }
}

/** The same scene with those losses alone; `undefined` when there are none. */
export function withLosses(scene: Scene, losses: readonly Loss[]): Scene | undefined {
  const [first, ...rest] = losses
  return first && { ...scene, losses: [first, ...rest] }
}

/**
 * When somebody of a cohort was last lost of whom the case does not tell any more, epoch ms. What was survived beside him
 * would be counted without him.
 */
function lastJudged({ deaths }: Case, { ends }: CohortHistory): number {
  const told = new Set(deaths)
  const untold = [...ends].filter(end => isDeath(end) && end.id !== undefined && !told.has(end))
  return untold.reduce((last, { at }) => Math.max(last, at), -Infinity)
}

/** What a cohort that lost nobody calls is not known: straight to pods, or as it was told to, through the Service. */
function goes(of: Case, cohort: CohortHistory, way: Way): boolean {
  const lost = lossesOf(of).find(loss => loss.cohort === cohort)
  if (lost) return lost.way === way
  return way === 'direct' || cohort.of.path === 'service'
}

export const serversOf = ({ opens }: CohortHistory): string[] => [...opens].map(({ peer }) => peer.instance)
