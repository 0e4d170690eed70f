import { cliff } from '../stats/cliff.ts'
import { hypergeometricAtLeast } from '../stats/distribution/hypergeometric.ts'
import { once } from './per-case.ts'
import { doubt } from './repicked.ts'
import type { Scene } from './scene.ts'
import type { Silence } from './silences.ts'

/** A tick of the wheel and a busy process: silences this close are of one length, ms. */
const sameMs = 250

/** Silences that were survived though they were as long as the fatal ones. */
export const asLong = once((scene: Scene): readonly Silence[] => {
  const edge = cliffOf(scene)
  if (!edge) return []
  // A sharp edge that is no accident is taken at its word; else what is within a tick of it was as long.
  const isSharp = edge.clean && edge.chance <= doubt && edge.by - edge.after > sameMs
  return scene.survivors.filter(({ quietMs }) => quietMs >= edge.age - (isSharp ? 0 : sameMs))
})

/** The threshold is above `after` and not above `by`, ms; `after` is 0 where no shorter silence was survived. */
export function edgeOf(scene: Scene): { readonly after: number; readonly by: number } {
  const by = Math.min(...scene.losses.map(({ measuredMs }) => measuredMs))
  return { after: Math.max(0, ...clearlyShorter(scene, by).map(({ quietMs }) => quietMs)), by }
}

/** Meanwhile shorter silences on the same way were survived, more often than chance allows: it takes silence to die. */
export const isOfSilence = once((all: Scene): boolean => {
  const since = Math.min(...all.losses.map(({ brokenAt, quietMs }) => brokenAt - quietMs))
  const scene = { ...all, survivors: all.survivors.filter(({ brokenAt }) => brokenAt >= since) }
  const edge = cliffOf(scene)
  if (!edge || edge.chance > doubt) return false
  const shorter = clearlyShorter(scene, edge.age).length
  const younger = scene.losses.filter(({ measuredMs }) => measuredMs < edge.age - sameMs).length
  const [died, everyone] = [scene.losses.length, scene.losses.length + scene.survivors.length]
  return hypergeometricAtLeast(died - younger, everyone - shorter - younger, died, everyone) <= doubt
})

/** The same silences were survived before, and from some moment on they are not: something happened then. */
export function isSudden(scene: Scene): boolean {
  const all = asLong(scene)
  const began = Math.min(...[...scene.losses, ...all].map(({ brokenAt }) => brokenAt))
  const edge = cliff(
    scene.losses.map(({ brokenAt }) => brokenAt - began),
    all.map(({ brokenAt }) => brokenAt - began),
  )
  return edge !== undefined && edge.below.survived > 0 && edge.chance <= doubt
}

/** An interval of time within the silences of all that died: one event then may have met them all. Epoch ms. */
export function sharedMoment({ losses }: Scene): { readonly from: number; readonly to: number } | undefined {
  const from = Math.max(...losses.map(({ brokenAt, quietMs }) => brokenAt - quietMs))
  const to = Math.min(...losses.map(({ brokenAt }) => brokenAt))
  return from <= to ? { from, to } : undefined
}

/** Connections that were silent then, too, and were answered when they spoke. */
export function sparedAt(
  { survivors }: Scene,
  { from, to }: { readonly from: number; readonly to: number },
): ReadonlySet<string> {
  const spanning = survivors.filter(({ brokenAt, quietMs }) => brokenAt >= from && brokenAt - quietMs <= to)
  return new Set(spanning.map(({ id }) => id))
}

/** Deaths keep to some of the servers, more than chance allows: no choice among all of them is at work. */
export function isOfOneServer(scene: Scene): boolean {
  const survived = asLong(scene)
  const all = survived.length + scene.losses.length
  const chances = [...scene.servers].map(server => {
    const died = scene.losses.filter(({ death }) => death.peer?.instance === server).length
    const lived = survived.filter(each => each.server === server).length
    return hypergeometricAtLeast(died, died + lived, scene.losses.length, all)
  })
  return Math.min(1, ...chances) * scene.servers.size <= doubt
}

const cliffOf = once(({ losses, survivors }: Scene) =>
  cliff(
    losses.map(({ measuredMs }) => measuredMs),
    survivors.map(({ quietMs }) => quietMs),
  ),
)

const clearlyShorter = ({ survivors }: Scene, thanMs: number): readonly Silence[] =>
  survivors.filter(({ quietMs }) => quietMs < thanMs - sameMs)
