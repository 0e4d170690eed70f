import type { Case } from '../case.ts'
import { controlOf } from '../control.ts'
import { conntrackMemory, type Memory } from '../memory.ts'
import type { Finding } from '../rule.ts'
import { type ServerSpoke, serverSpoke, strayLines } from '../server-spoke.ts'
import { span } from '../span.ts'
import { countOf, findingOf, type Telling } from '../telling.ts'
import { translatorOf } from '../translator.ts'
import { clientFirst } from './client-first.ts'
import { remedy } from './remedy.ts'

/** The server broke the silence: its packet left the node untranslated, and the client's kernel knew no such connection. */
export function serverFirst(of: Case): Finding[] {
  const spoke = serverSpoke(of)
  if (!spoke) return []
  const translator = translatorOf(of, spoke.scene.losses)
  const memory = conntrackMemory(of)
  if (translator && translator.by !== 'rules') return []
  return translator && memory ? byTheNode(spoke, memory) : asTheClients(spoke)
}

function byTheNode({ scene, quietMs, heard }: ServerSpoke, memory: Memory): Finding[] {
  // A zombie is found some seconds after the server spoke: without its word its silence is not known well enough.
  if (quietMs !== undefined && quietMs < memory.ms) return []
  const control = controlOf(scene)
  if (quietMs === undefined && !control.spared) return []
  return [
    findingOf(scene, {
      ...common(scene),
      says: `${countOf(scene)} were zombies: conntrack on the node forgets a connection after ${span(memory.ms)}, so the server’s first word ${after(quietMs)}came to the client untranslated and was reset; the client learnt of it by its own next word.`,
      confidence:
        heard > 0
          ? { level: 'proven', because: `the servers were reset by their own word after more than ${span(memory.ms)}` }
          : { level: 'likely', because: 'the silence is longer than conntrack remembers; no server could be asked' },
      evidence: [memory.line, ...strayLines(scene)],
      ruledOut: {
        'ipvs-expiry': 'the node translates this address by its rules, not by IPVS',
        'out-of-window': heard > 0 && 'the servers were reset as they spoke, not in the middle of a silence',
      },
      remedy: remedy(memory.ms),
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
      says: `${countOf(scene)} were zombies: their servers spoke first ${after(quietMs)}and were reset, and where the client speaks first the signs are those of conntrack forgetting.`,
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
    node: 'the timeout of conntrack (nf_conntrack_tcp_timeout_established)',
  }) satisfies Partial<Telling>
