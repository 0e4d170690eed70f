import { once } from './per-case.ts'
import type { Scene } from './scene.ts'
import { silencesOf } from './silences.ts'

/**
 * The servers of these losses are there, and did not end them: their ledgers say so. Where none could be asked, they were
 * met again later: a server that was started anew is another instance.
 */
export const areThere = once(({ of, losses }: Scene): boolean => {
  if (losses.some(({ account }) => account?.heard)) return losses.some(({ account }) => isOpen(account?.told))
  const met = [
    ...silencesOf(of).map(({ server, brokenAt }) => ({ server, at: brokenAt })),
    ...of.cohorts.flatMap(({ opens }) => [...opens].map(({ peer, at }) => ({ server: peer.instance, at }))),
  ]
  const lastMet = new Map<string | undefined, number>()
  for (const { server, at } of met) lastMet.set(server, Math.max(at, lastMet.get(server) ?? 0))
  const servers = Map.groupBy(losses, ({ death }) => death.peer?.instance)
  return [...servers].every(
    ([server, of]) => server !== undefined && (lastMet.get(server) ?? 0) > Math.min(...of.map(({ death }) => death.at)),
  )
})

/** Their ledgers call them open. */
export const areOpen = ({ losses }: Scene): boolean => losses.some(({ account }) => isOpen(account?.told))

const isOpen = (told: string | undefined) => told === 'alive' || told === 'deaf'

/** How that is known. */
export const thereWords = (scene: Scene): string =>
  areOpen(scene) ? 'the servers still call the connections open' : 'the same servers were met again later'
