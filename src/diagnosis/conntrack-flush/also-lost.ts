import { collisionsOf } from '../collisions.ts'
import type { Loss } from '../losses.ts'
import { type Scene, sceneOf } from '../scene.ts'

/** Losses of other sorts that one of these moments explains: whose server spoke first after it, and the control group’s. */
export function alsoLost(
  scene: Scene,
  moments: readonly { readonly from: number; readonly to: number }[],
): readonly Loss[] {
  const theirs = sceneOf(scene.of, scene.way, 'theirs')?.losses ?? []
  return [...theirs.filter(loss => spans(loss, moments)), ...collisionsOf(scene)]
}

/** It was silent at one of them. */
export const spans = (
  { brokenAt, quietMs }: Loss,
  moments: readonly { readonly from: number; readonly to: number }[],
): boolean => moments.some(({ from, to }) => brokenAt - quietMs <= to && brokenAt >= from)
