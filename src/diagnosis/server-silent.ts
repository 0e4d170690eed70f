import type { Case } from './case.ts'
import { type Scene, sceneOf, withLosses } from './scene.ts'

/** Connections whose server was reset in the middle of its silence, so that the client held a zombie. */
export interface ServerSilent {
  readonly scene: Scene
  /** How long the servers that could be asked had been silent then, ms, by their own clocks. */
  readonly quietMs: readonly [number, ...number[]]
}

export function serverSilent(of: Case): ServerSilent | undefined {
  const all = sceneOf(of, 'translated', 'theirs')
  const heard = all?.losses.filter(({ account }) => account?.ending?.phase === 'idle') ?? []
  const [first, ...rest] = heard.flatMap(({ account }) => account?.quietMs ?? [])
  if (!all || first === undefined) return undefined
  // Those of the same cohort nobody was asked about belong to them, unless they missed a word of the server's.
  const cohorts = new Set(heard.map(({ cohort }) => cohort))
  const alike = all.losses.filter(
    loss => heard.includes(loss) || (loss.account?.heard === false && !loss.death.zombie && cohorts.has(loss.cohort)),
  )
  const scene = withLosses(all, alike)
  return scene && { scene, quietMs: [first, ...rest] }
}
