import type { Case, Question } from '../case.ts'
import { isTrusted } from '../case.ts'
import { controlOf } from '../control.ts'
import type { ProbeHistory } from '../history.ts'
import type { Finding } from '../rule.ts'
import { sceneOf } from '../scene.ts'
import { isOfSilence, sharedMoment } from '../signs.ts'
import { findingOf } from '../telling.ts'
import { areThere, thereWords } from '../there.ts'
import { translatorOf } from '../translator.ts'
import { remedy } from './remedy.ts'

/** Fewer lost questions in a row may be a coincidence. */
const least = 5
/** TCP and UDP broke in one change of the Services, which takes a while, ms. */
const oneChangeMs = 30_000

/**
 * Without the node, and only where the entries of TCP and UDP fell silent together: open connections to a server that
 * lives, and questions from pinned ports, while fresh ports are answered. conntrack forgets TCP or keeps UDP, not both.
 */
export function byWhatWasSeen(of: Case): Finding[] {
  const scene = sceneOf(of, 'translated', 'silence')
  const moment = scene && sharedMoment(scene)
  if (!scene || !moment || translatorOf(of, scene.losses) || isOfSilence(scene)) return []
  const servers = new Set(scene.losses.map(({ death }) => death.peer?.instance))
  const lost = of.probes.flatMap(probe => lostSince(probe, of.probes, moment))
  if (!areThere(scene) || servers.size !== 1 || lost.length < least) return []
  const called = scene.losses.find(({ death }) => death.flow)?.death.flow?.remote ?? 'SERVICE_IP:PORT'
  const finding = findingOf(scene, {
    variant: 'silent',
    says: `${scene.losses.length} connections to a server that lives met nothing but silence, and so do questions from pinned UDP ports, while fresh ones are answered: their real servers were deleted from IPVS on the node, and their entries lead nowhere.`,
    confidence: {
      level: 'likely',
      because: `TCP and pinned UDP fell silent together, ${thereWords(scene)}, and fresh ports are answered`,
    },
    control: controlOf(scene),
    evidence: [
      {
        source: 'client',
        at: lost.at(-1)?.at ?? of.at,
        says: `${lost.length} questions from pinned UDP ports went unanswered, and none from fresh ones`,
      },
    ],
    ruledOut: {
      'udp-stale-entry': 'a stale entry of UDP does no harm to TCP',
      'midstream-drop': 'a connection that was forgotten does no harm to UDP',
      'peer-died': thereWords(scene),
    },
    node: 'the destinations of the service in IPVS, and expire_nodest_conn',
    remedy: remedy(false, called),
  })
  return [{ ...finding, explains: [...finding.explains, ...lost], of: finding.of + lost.length }]
}

/** Questions of a pinned port that was answered until then, and of which none is now; from fresh ports all are. */
function lostSince(
  { of, asks }: ProbeHistory,
  all: readonly ProbeHistory[],
  moment: { readonly from: number; readonly to: number },
): readonly Question[] {
  if (of.mode !== 'pinned') return []
  const answered = [...asks].findLast(({ fate }) => fate === 'ok')
  const lost = [...asks].filter(each => each.at > (answered?.at ?? 0) && each.fate === 'timeout' && isTrusted(each))
  const [first] = lost
  const isThen = first && first.at >= moment.from && first.at <= moment.to + oneChangeMs
  const fresh = all.find(
    other => other.of.probe === of.probe && other.of.server === of.server && other.of.mode === 'fresh',
  )
  const freshOnes = [...(fresh?.asks ?? [])].filter(({ at }) => first && at > first.at)
  const isFreshWell = freshOnes.length >= least && freshOnes.every(({ fate }) => fate === 'ok')
  return answered && isThen && isFreshWell ? lost : []
}
