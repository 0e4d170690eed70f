import { collisionsOf } from './collisions.ts'
import { type Control, controlOf } from './control.ts'
import { keepaliveLines } from './keepalive-lines.ts'
import type { Finding } from './rule.ts'
import type { Scene } from './scene.ts'
import { edgeOf, isOfSilence } from './signs.ts'
import { countOf, findingOf, quietOf } from './telling.ts'
import { translatorOf } from './translator.ts'

/**
 * The family, where its mechanisms cannot be told apart: something between the two forgot these connections. That much
 * is sure only if their servers still call them open (or were reset by somebody, too), if the same silence straight to the
 * pods is survived, or if shorter silences on the same way are.
 */
export function forgottenFlow(scene: Scene | undefined, candidates: string): Finding[] {
  if (!scene) return []
  const translator = translatorOf(scene.of, scene.losses)
  const control = controlOf(scene)
  const because = reasonOf(scene, control)
  // A Service without servers ends connections as well, and lets none open any more: that is another story.
  if (because === undefined || translator?.service?.destinations.length === 0 || isShut(scene)) return []
  const { after, by } = edgeOf(scene)
  return [
    findingOf(scene, {
      says: `${countOf(scene)} were lost after ${quietOf(scene)}: something between client and server forgot them (${candidates}).`,
      only: 'family',
      confidence: { level: 'possible', because },
      control,
      also: collisionsOf(scene),
      node: 'which of them it was: the timeouts of conntrack and IPVS, who translates the address, what became of the entries',
      remedy: keepaliveLines(after > 0 ? after : by),
    }),
  ]
}

function reasonOf(scene: Scene, control: Control): string | undefined {
  const heard = scene.losses.filter(({ account }) => account?.heard)
  if (heard.some(({ account }) => account?.told === 'alive')) return 'their servers still called them open'
  if (heard.length > 0) return 'their servers lost them as well, and did not end them'
  if (control.spared) return 'the same silence straight to the pods is survived'
  return isOfSilence(scene) ? 'shorter silences on the same way are survived' : undefined
}

/** Since they were lost, cohorts of this way do not open any more. */
function isShut({ cohorts, losses }: Scene): boolean {
  const since = Math.min(...losses.map(({ brokenAt }) => brokenAt))
  return cohorts.some(({ ends }) =>
    [...ends].some(({ at, phase, planned }) => at > since && phase === 'connect' && !planned),
  )
}
