import { type Backends, repicked } from './repicked.ts'
import type { Scene } from './scene.ts'
import { asLong } from './signs.ts'
import { knownBackends, type Translator } from './translator.ts'

/** What is known of the backends behind a scene. */
export function backendsOf({ of, servers, opens, losses }: Scene, translator?: Translator): Backends {
  const called = losses.find(({ death }) => death.flow)?.death.flow?.remote
  const known = called === undefined ? undefined : knownBackends(of, { called, backends: translator?.backends ?? [] })
  return { met: servers.size, openings: opens, known }
}

/** The numbers of backends with which each of these silences picked one anew, by chance; none when it cannot have been so. */
export const repickedIn = (scene: Scene, translator?: Translator): readonly number[] =>
  repicked(scene.losses.length, scene.losses.length + asLong(scene).length, backendsOf(scene, translator))
