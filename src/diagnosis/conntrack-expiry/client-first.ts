import type { Case } from '../case.ts'
import { backendsOf, repickedIn } from '../backends.ts'
import { collisionsOf } from '../collisions.ts'
import { controlOf } from '../control.ts'
import { clearlyBeyond, conntrackMemory, type Memory, underMemory } from '../memory.ts'
import { repicked } from '../repicked.ts'
import type { Finding } from '../rule.ts'
import { type Scene, sceneOf, withLosses } from '../scene.ts'
import { asLong, edgeOf, isOfOneServer, isOfSilence, isSudden, sharedMoment } from '../signs.ts'
import { span } from '../span.ts'
import { countOf, findingOf, quietOf, type Telling } from '../telling.ts'
import { areOpen, areThere, thereWords } from '../there.ts'
import { deletedAt, trackLines, tracksOf } from '../tracks.ts'
import { type Translator, translatorOf } from '../translator.ts'
import { zombiesMetBeyond } from '../zombies-met.ts'
import { remedy } from './remedy.ts'

/** The client broke the silence: to the node that was a new flow, and a server was picked anew. */
export function clientFirst(of: Case): Finding[] {
  const scene = sceneOf(of, 'translated', 'word')
  if (!scene) return []
  const translator = translatorOf(of, scene.losses)
  const memory = conntrackMemory(of, scene.losses)
  if (translator && translator.by !== 'rules') return []
  if (translator && memory) return byTheNode(scene, translator, memory)
  return memory && scene.losses.some(({ quietMs }) => quietMs < memory.ms) ? [] : byWhatWasSeen(scene, translator)
}

/** Its timer is shorter than these silences, and nobody emptied the table. */
function byTheNode(all: Scene, translator: Translator, memory: Memory): Finding[] {
  const beyond = all.losses.filter(loss => loss.quietMs >= memory.ms && !deletedAt(all.of, loss))
  const met = withLosses(all, beyond)
  if (!met) return []
  const scene = underMemory(met, memory)
  const { died, survived } = clearlyBeyond(scene, memory)
  if (repicked(died, died + survived, backendsOf(scene, translator)).length === 0) return []
  const tracks = tracksOf(scene)
  const backends = translator.backends.length
  const { also, lines } = zombiesMetBeyond(all.of, memory, { kept: false })
  return [
    findingOf(scene, {
      ...common(scene),
      also: [...collisionsOf(scene), ...also],
      says: `${countOf(scene)} were reset by their first word after ${quietOf(scene)}: conntrack on the node forgets a connection after ${span(memory.ms)}, and the next packet is led to one of ${backends} servers anew.`,
      confidence:
        areOpen(scene) || tracks.pickedUp > 0
          ? { level: 'proven', because: `conntrack remembers for ${span(memory.ms)}, and each was silent for longer` }
          : {
              level: 'likely',
              because: 'each was silent for longer than conntrack remembers; no server could be asked',
            },
      evidence: [
        memory.line,
        { source: translator.source, at: translator.at, says: `${translator.called} leads to ${backends} backends` },
        ...trackLines(tracks),
        ...lines,
      ],
      ruledOut: {
        ...ruledOut(scene),
        'ipvs-expiry': 'the node translates this address by its rules, not by IPVS',
        'conntrack-flush': 'the timer alone explains it, and nobody is seen to have deleted these entries',
      },
      remedy: remedy(memory.ms),
    }),
  ]
}

/** Without the node: silence kills, spares some, and keeps to no server: each found its own again once in N times. */
function byWhatWasSeen(scene: Scene, translator: Translator | undefined): Finding[] {
  const numbers = repickedIn(scene, translator)
  const control = controlOf(scene)
  const fits = numbers.length > 0 && asLong(scene).length > 0 && !isOfOneServer(scene)
  // One event may have met all that were silent at one moment: then only those that were not tell it from a timeout.
  const isSteady = isOfSilence(scene) || (!sharedMoment(scene) && control.spared)
  if (!fits || !isSteady || isSudden(scene) || control.hit || !(areThere(scene) || control.spared)) return []
  const { after, by } = edgeOf(scene)
  return [
    findingOf(scene, {
      ...common(scene),
      says: `${countOf(scene)} were reset by their first word after ${quietOf(scene)}, and ${isOfSilence(scene) ? 'shorter silences on the same way' : 'the same silences straight to the pods'} are survived: conntrack on the node forgets a connection after at most ${span(by)}, and the next packet is led to one of several servers anew.`,
      confidence: {
        level: 'likely',
        because: `so many are reset when each silence beyond a timeout picks one of ${numbers[0]} servers by chance`,
      },
      ruledOut: {
        ...ruledOut(scene),
        'ipvs-expiry': 'IPVS spares nobody, and some were spared',
        'middlebox-idle': 'a middlebox spares nobody, and some were spared',
        'conntrack-flush': sharedMoment(scene)
          ? 'those that were not silent lived through it, on the same way'
          : 'no single moment lies in the silences of all',
      },
      remedy: remedy(after > 0 ? after : by),
    }),
  ]
}

const common = (scene: Scene) =>
  ({
    variant: 'client-first',
    control: controlOf(scene),
    node: 'the timeout of conntrack (nf_conntrack_tcp_timeout_established), and what became of the entries',
    also: collisionsOf(scene),
  }) satisfies Partial<Telling>

const ruledOut = (scene: Scene) => ({
  'peer-restarted': areThere(scene) && thereWords(scene),
  'out-of-window': areOpen(scene) && 'no server was reset before the client was',
})
