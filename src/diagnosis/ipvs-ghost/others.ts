import type { Case, Death } from '../case.ts'

/** Connections of the same cohorts, to other servers, that exchanged something since these began to hear nothing. */
export function spokenMeanwhile({ cohorts }: Case, deaths: readonly Death[]): number {
  const lost = new Set(deaths.map(({ peer }) => peer?.instance))
  const since = Math.min(...deaths.map(({ at, tookUs }) => at - tookUs / 1000))
  const ids = cohorts
    .filter(({ of }) => deaths.some(({ cohort }) => cohort === of.cohort))
    .flatMap(({ opens, exchanges }) => {
      const servers = new Map([...opens].map(({ id, peer }) => [id, peer.instance]))
      return [...exchanges].filter(({ at, id }) => at > since && !lost.has(servers.get(id))).map(({ id }) => id)
    })
  return new Set(ids).size
}
