import type { Case } from '../case.ts'
import { controlOf } from '../control.ts'
import type { Way } from '../losses.ts'
import type { Finding } from '../rule.ts'
import { type Scene, sceneOf, withLosses } from '../scene.ts'
import { isOfSilence } from '../signs.ts'
import { span } from '../span.ts'
import { findingOf, quietOf } from '../telling.ts'
import { cloudOf } from './clouds.ts'
import { remedy } from './remedy.ts'

/** Two that were reset together may have met a restart; a timeout is told by how alike the ages are. */
const least = 3

/** Both ends were reset in the middle of a silence, at one moment and one age: neither of them had sent anything. */
export const resetBoth = (of: Case): Finding[] => (['translated', 'direct'] as const).flatMap(way => judged(of, way))

function judged(of: Case, way: Way): Finding[] {
  const all = sceneOf(of, way, 'unasked')
  const scene =
    all &&
    withLosses(
      all,
      all.losses.filter(({ account }) => account?.told === 'together'),
    )
  if (!scene || scene.losses.length < least) return []
  const ages = scene.losses.map(({ quietMs }) => quietMs)
  const [youngest, oldest] = [Math.min(...ages), Math.max(...ages)]
  const isOneAge = oldest - youngest <= Math.max(2000, oldest / 20)
  if (!isOneAge || (isOneMoment(scene) && !isOfSilence(scene))) return []
  const cloud = cloudOf('reset-both', { after: youngest, by: oldest })
  return [
    findingOf(scene, {
      variant: 'reset-both',
      says: `${scene.losses.length} connections and their servers were reset together, in the middle of a silence of ${quietOf(scene)}, though neither side had sent anything: something between them resets what is idle for so long${cloud ? ` (${span(cloud.ms)} is the default ${cloud.whose})` : ''}.`,
      confidence: {
        level: 'proven',
        because: 'client and server tell of the same moment, no node resets both by itself, and all were of one age',
      },
      control: controlOf(scene),
      ruledOut: {
        'keepalive-too-long': 'no keepalive was due',
        'conntrack-expiry': 'conntrack forgets in silence: only who speaks next is reset',
        'peer-died': 'the servers are there, and tell of the reset',
      },
      node: '',
      remedy: remedy({ after: youngest, by: youngest }, cloud),
    }),
  ]
}

/** All within a few seconds: what restarted then would look the same. */
const isOneMoment = ({ losses }: Scene): boolean => {
  const times = losses.map(({ death }) => death.at)
  return Math.max(...times) - Math.min(...times) <= 5000
}
