import { backendsOf } from '../backends.ts'
import type { Case } from '../case.ts'
import { controlOf } from '../control.ts'
import { conntrackMemory } from '../memory.ts'
import { repicked } from '../repicked.ts'
import type { Finding } from '../rule.ts'
import { sceneOf } from '../scene.ts'
import { isOfOneServer, isOfSilence, isSudden, sharedMoment, sparedAt } from '../signs.ts'
import { span, spans } from '../span.ts'
import { findingOf } from '../telling.ts'
import { areThere, thereWords } from '../there.ts'
import { tracksOf } from '../tracks.ts'
import { translatorOf } from '../translator.ts'
import { alsoLost } from './also-lost.ts'
import { remedy } from './remedy.ts'

/**
 * Without the events: all were silent at one moment, and the first word after it was fatal to as many as pick a server anew,
 * while the same silences had been survived before.
 */
export function byStatistics(of: Case): Finding[] {
  const scene = sceneOf(of, 'translated', 'word', 'probe')
  const moment = scene && sharedMoment(scene)
  if (!scene || !moment) return []
  const translator = translatorOf(of, scene.losses)
  const memory = translator && conntrackMemory(of, scene.losses)
  const longest = Math.max(...scene.losses.map(({ quietMs }) => quietMs))
  if ((translator && translator.by !== 'rules') || (memory && memory.ms <= longest)) return []
  if (tracksOf(scene).expired > 0) return [] // seen to go by themselves
  const spared = sparedAt(scene, moment).size
  const [died, all] = [scene.losses.length, scene.losses.length + spared]
  const numbers = repicked(died, all, backendsOf(scene, translator))
  const fits = numbers.length > 0 && spared > 0 && !isOfOneServer(scene) && !isOfSilence(scene)
  if (!fits || !areThere(scene) || !isSudden(scene)) return []
  return [
    findingOf(scene, {
      says: `${died} of ${all} connections were reset by their next word, whatever their silence (${spans(scene.losses.map(({ quietMs }) => quietMs))}), and only once: something emptied the conntrack table of the node at that moment, and each next packet was led to a server anew.`,
      confidence: {
        level: 'likely',
        because: `the same silences were survived before, all were silent at one moment, and so many die when each picks one of ${numbers[0]} servers`,
      },
      control: controlOf(scene),
      all,
      also: alsoLost(scene, [moment]),
      evidence: memory ? [memory.line] : [],
      ruledOut: {
        'conntrack-expiry': memory
          ? `conntrack remembers for ${span(memory.ms)}, and they were silent for less`
          : 'the same silences were survived before',
        'ipvs-server-removed': 'the connections of no server were lost all together, and some of each were spared',
        'peer-restarted': thereWords(scene),
      },
      node: 'which program deleted entries of conntrack, and when (conntrack -E)',
      remedy: remedy(undefined),
    }),
  ]
}
