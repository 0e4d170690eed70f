import type { EvidenceLine } from '../outcome/verdict.ts'
import type { Case } from './case.ts'
import type { Loss } from './losses.ts'
import { type Meanwhile, netstatRise } from './rises.ts'
import { type Scene, sceneOf, withLosses } from './scene.ts'

/** Connections whose server broke the silence and was reset for it, so that the client held a zombie. */
export interface ServerSpoke {
  readonly scene: Scene
  /** The shortest of these silences, by the servers' own clocks; `undefined` where no server could be asked. */
  readonly quietMs: number | undefined
  /** Servers that were heard, and had been reset by their own word. */
  readonly heard: number
}

export function serverSpoke(of: Case): ServerSpoke | undefined {
  const all = sceneOf(of, 'translated', 'theirs')
  const scene = all && withLosses(all, all.losses.filter(isByItsWord))
  if (!scene) return undefined
  const heard = scene.losses.filter(({ account }) => account?.told === 'before' && account.heard)
  const quiet = heard.flatMap(({ account }) => account?.quietMs ?? [])
  return { scene, quietMs: quiet.length > 0 ? Math.min(...quiet) : undefined, heard: heard.length }
}

/** Where the server could not be asked, a zombie says as much: it missed its turn. */
function isByItsWord({ account, death }: Loss): boolean {
  if (account?.told === 'before' && account.ending) return account.ending.phase === 'exchange'
  return death.zombie && (account === undefined || account.told === 'before')
}

/** When the servers were reset, by their clocks. */
export function lostAt({ losses }: Scene): Meanwhile | undefined {
  const times = losses.flatMap(({ account }) => (account?.told === 'before' ? (account.ending?.at ?? []) : []))
  return times.length > 0 ? { from: Math.min(...times), to: Math.max(...times) } : undefined
}

/** The client's kernel resets whoever speaks to none of its sockets: the server's packets came untranslated. */
export function strayLines(scene: Scene): readonly EvidenceLine[] {
  const meanwhile = lostAt(scene)
  const sent = meanwhile && netstatRise(scene.of, 'own', 'Tcp.OutRsts', meanwhile)
  if (!sent || sent.by === 0) return []
  const says = `Tcp.OutRsts rose by ${sent.by} meanwhile: this kernel resets packets that none of its sockets knows`
  return [{ source: 'own netstat', at: sent.at, says }]
}
