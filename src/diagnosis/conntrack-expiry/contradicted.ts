import { binomialAtLeast } from '../../stats/distribution/binomial.ts'
import type { Case } from '../case.ts'
import { clearlyBeyond, conntrackMemory, underMemory } from '../memory.ts'
import { perCase } from '../per-case.ts'
import { sceneOf } from '../scene.ts'
import { translatorOf } from '../translator.ts'

/** It is asked at each examination, for as long as a verdict is open: a million times that would be no surprise once. */
const doubt = 1e-6

/**
 * The node says that its rules lead to several backends, and when it forgets; so one in N finds its own server again. Where
 * too many are lost for that, the node's word is wrong, whoever broke the silence. Of servers that were replaced meanwhile
 * all are counted: with more of them more are lost.
 */
export const isContradicted = perCase((of: Case): boolean => {
  const scene = sceneOf(of, 'translated', 'word')
  const memory = scene && conntrackMemory(of, scene.losses)
  const translator = scene && translatorOf(of, scene.losses)
  if (!scene || !memory || translator?.by !== 'rules') return false
  const { died, survived } = clearlyBeyond(underMemory(scene, memory), memory)
  const backends = Math.max(scene.servers.size, translator.backends.length)
  return backends > 1 && binomialAtLeast(died, died + survived, (backends - 1) / backends) <= doubt
})
