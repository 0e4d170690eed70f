import type { EvidenceLine } from '../../outcome/verdict.ts'
import type { Case, Question } from '../case.ts'
import { controlOf } from '../control.ts'
import { isStillServed } from '../ipvs-entries.ts'
import type { Loss } from '../losses.ts'
import { ipvsMemory, numberOf } from '../memory.ts'
import type { Finding } from '../rule.ts'
import { type Scene, sceneOf, withLosses } from '../scene.ts'
import { findingOf } from '../telling.ts'
import { areOpen } from '../there.ts'
import { type Translator, translatorOf } from '../translator.ts'
import { lostQuestions } from './lost-questions.ts'
import { remedy } from './remedy.ts'

/** With the node: the service has other destinations than the servers that were lost. `undefined`: IPVS was not asked. */
export function byTheNode(of: Case): Finding[] | undefined {
  const scenes = [sceneOf(of, 'translated', 'word', 'probe', 'theirs'), sceneOf(of, 'translated', 'silence')]
  const questions = lostQuestions(of)
  // Whoever was silent for longer than IPVS remembers was reset for that, wherever the service leads now.
  const memoryMs =
    ipvsMemory(
      of,
      scenes.flatMap(each => each?.losses ?? []),
    )?.ms ?? Infinity
  const found = scenes.flatMap(all => {
    const translator = all && translatorOf(of, all.losses)
    const service = translator?.service
    if (!all || !service || service.destinations.length === 0) return []
    const scene = withLosses(
      all,
      all.losses.filter(
        loss => isStillServed(loss, service) === false && !(loss.manner !== 'silence' && quietOf(loss) >= memoryMs),
      ),
    )
    return scene ? [{ scene, translator }] : []
  })
  const isAsked = scenes.some(all => all && translatorOf(of, all.losses)?.service)
  if (found.length === 0) return isAsked ? [] : undefined
  return found.map(({ scene, translator }) => told(scene, translator, questions))
}

/** Of a zombie the silence its server was lost after. */
const quietOf = ({ account, quietMs }: Loss): number => account?.quietMs ?? quietMs

function told(scene: Scene, translator: Translator, questions: readonly Question[]): Finding {
  const { of, losses } = scene
  const isReset = losses.some(({ death }) => death.fate === 'reset')
  const [read, value] = numberOf(of, nodest)
  const servers = [...new Set(losses.flatMap(({ death }) => death.peer?.ip ?? []))].join(', ')
  const isThere = areOpen(scene)
  const lost = isReset ? [] : questions
  const finding = findingOf(scene, {
    variant: isReset ? 'reset' : 'silent',
    says: `${losses.length} connections were lost with their server ${servers}: it is no destination of ${translator.called} in IPVS any more, while ${isThere ? 'it lives and calls them open' : 'they were open'}. Their next word ${isReset ? 'was reset by the node' : 'was dropped without an answer'}.`,
    confidence: isThere
      ? {
          level: 'proven',
          because: 'IPVS leads to other servers now, and the one that was lost still knows its connections',
        }
      : { level: 'likely', because: 'IPVS leads to other servers now; the one that was lost could not be asked' },
    control: controlOf(scene),
    evidence: [
      {
        source: 'node ipvs',
        at: translator.at,
        says: `${translator.called} leads to ${translator.backends.join(', ')}, and not to ${servers}`,
      },
      ...(read ? [{ source: 'node sysctl', at: read.at, says: `${nodest} = ${value}` }] : []),
      ...questionLines(lost),
    ],
    ruledOut: {
      'ipvs-expiry': 'their destination is gone, not only their entry',
      'peer-died': isThere && 'the server answers, and calls the connections open',
    },
    node: '',
    remedy: remedy(isReset, translator.called),
  })
  return { ...finding, explains: [...finding.explains, ...lost], of: finding.of + lost.length }
}

function questionLines(lost: readonly Question[]): readonly EvidenceLine[] {
  const last = lost.at(-1)
  if (!last) return []
  return [
    {
      source: 'client',
      at: last.at,
      says: `${lost.length} questions from pinned UDP ports of such a server went unanswered`,
    },
  ]
}

const nodest = 'net.ipv4.vs.expire_nodest_conn'
