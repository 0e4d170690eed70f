import type { Case } from '../case.ts'
import { controlOf } from '../control.ts'
import { ipvsMemory } from '../memory.ts'
import type { Finding } from '../rule.ts'
import { type ServerSpoke, serverSpoke, strayLines } from '../server-spoke.ts'
import { span } from '../span.ts'
import { countOf, findingOf, type Telling } from '../telling.ts'
import { type Translator, translatorOf } from '../translator.ts'
import { clientFirst } from './client-first.ts'
import { remedy } from './remedy.ts'

/** The server broke the silence: its packet left the node untranslated, and the client's kernel knew no such connection. */
export function serverFirst(of: Case): Finding[] {
  const spoke = serverSpoke(of)
  if (!spoke) return []
  const translator = translatorOf(of, spoke.scene.losses)
  if (!translator) return asTheClients(spoke)
  return translator.by === 'ipvs' ? byTheNode(spoke, translator) : []
}

function byTheNode({ scene, quietMs, heard }: ServerSpoke, { called, at }: Translator): Finding[] {
  const memory = ipvsMemory(scene.of)
  const control = controlOf(scene)
  if (memory && quietMs !== undefined && quietMs < memory.ms) return []
  if (quietMs === undefined && !control.spared) return []
  const isProven = memory !== undefined && heard > 0
  return [
    findingOf(scene, {
      ...common(scene),
      says: `${countOf(scene)} were zombies: IPVS on the node forgets a connection ${memory ? `after ${span(memory.ms)}` : 'when it is silent'}, so the server’s first word ${after(quietMs)}came to the client untranslated and was reset; the client learnt of it by its own next word.`,
      confidence: isProven
        ? { level: 'proven', because: `the servers were reset by their own word after more than ${span(memory.ms)}` }
        : { level: 'likely', because: 'IPVS carries this address, and the servers’ words found nobody' },
      evidence: [
        ...(memory ? [memory.line] : []),
        { source: 'node ipvs', at, says: `${called} is a service of IPVS` },
        ...strayLines(scene),
      ],
      ruledOut: {
        'conntrack-expiry': 'IPVS carries this address; conntrack’s timeout does not matter to it',
        'out-of-window': heard > 0 && 'the servers were reset as they spoke, not in the middle of a silence',
      },
      remedy: remedy(memory?.ms ?? quietMs ?? Math.min(...scene.losses.map(loss => loss.quietMs))),
    }),
  ]
}

/** Without the node it is told by those whose client spoke first: the same silence, the same way. */
function asTheClients({ scene, quietMs, heard }: ServerSpoke): Finding[] {
  const [clients] = clientFirst(scene.of)
  if (!clients || (heard === 0 && !controlOf(scene).spared)) return []
  return [
    findingOf(scene, {
      ...common(scene),
      says: `${countOf(scene)} were zombies: their servers spoke first ${after(quietMs)}and were reset, and where the client speaks first the signs are those of IPVS forgetting.`,
      confidence: { level: 'likely', because: `on the same way, ${clients.confidence.because}` },
      evidence: [...strayLines(scene), ...clients.evidence],
      ruledOut: Object.fromEntries(clients.ruledOut.map(({ what, because }) => [what, because])),
      remedy: clients.remedy,
    }),
  ]
}

const after = (quietMs: number | undefined): string => (quietMs === undefined ? '' : `after ${span(quietMs)} `)

const common = (scene: ServerSpoke['scene']) =>
  ({
    variant: 'server-first',
    control: controlOf(scene),
    node: 'whether this address is a service of IPVS, and its timeout (ipvsadm -l --timeout)',
  }) satisfies Partial<Telling>
