import type { Case } from './case.ts'
import { controlOf } from './control.ts'
import type { Memory } from './memory.ts'
import type { Finding } from './rule.ts'
import { type ServerSpoke, serverSpoke, strayLines } from './server-spoke.ts'
import { span } from './span.ts'
import { countOf, findingOf, type Telling } from './telling.ts'
import { type Translator, translatorOf } from './translator.ts'

/** Who forgets connections on a node, and how it is known. */
export interface Forgetter {
  readonly name: 'conntrack' | 'IPVS'
  /** Whom it translates for. */
  readonly by: Translator['by']
  readonly memory: (of: Case) => Memory | undefined
  /** What those tell whose client broke the silence. */
  readonly clientFirst: (of: Case) => readonly Finding[]
  readonly remedy: (ms: number) => readonly string[]
  /** The other one, and why it was not. */
  readonly other: Readonly<Record<string, string>>
  /** What the agent of the node would tell. */
  readonly node: string
}

/** The server broke the silence: its packet left the node untranslated, and the client's kernel knew no such connection. */
export function serverFirst(of: Case, forgetter: Forgetter): Finding[] {
  const spoke = serverSpoke(of)
  if (!spoke) return []
  const translator = translatorOf(of, spoke.scene.losses)
  const memory = forgetter.memory(of)
  if (translator && translator.by !== forgetter.by) return []
  return translator && memory ? byTheNode(spoke, forgetter, memory) : asTheClients(spoke, forgetter)
}

function byTheNode({ scene, quietMs, heard }: ServerSpoke, forgetter: Forgetter, memory: Memory): Finding[] {
  const { name, other, remedy } = forgetter
  // A zombie is found some seconds after its server spoke: without the server's word that silence is not known well enough.
  if (quietMs === undefined && !controlOf(scene).spared) return []
  if ((quietMs ?? Math.min(...scene.losses.map(loss => loss.quietMs))) < memory.ms) return []
  return [
    findingOf(scene, {
      ...common(scene, forgetter),
      says: `${countOf(scene)} were zombies: ${name} on the node forgets a connection after ${span(memory.ms)}, so the server’s first word ${after(quietMs)}came to the client untranslated and was reset; the client learnt of it by its own next word.`,
      confidence:
        heard > 0
          ? { level: 'proven', because: `the servers were reset by their own word after more than ${span(memory.ms)}` }
          : { level: 'likely', because: `the silence is longer than ${name} remembers; no server could be asked` },
      evidence: [memory.line, ...strayLines(scene)],
      ruledOut: {
        ...other,
        'out-of-window': heard > 0 && 'the servers were reset as they spoke, not in the middle of a silence',
      },
      remedy: remedy(memory.ms),
    }),
  ]
}

/** Without the node it is told by those whose client spoke first: the same silence, the same way. */
function asTheClients({ scene, quietMs, heard }: ServerSpoke, forgetter: Forgetter): Finding[] {
  const [clients] = forgetter.clientFirst(scene.of)
  if (!clients || (heard === 0 && !controlOf(scene).spared)) return []
  return [
    findingOf(scene, {
      ...common(scene, forgetter),
      says: `${countOf(scene)} were zombies: their servers spoke first ${after(quietMs)}and were reset, and where the client speaks first the signs are those of ${forgetter.name} forgetting.`,
      confidence: { level: 'likely', because: `on the same way, ${clients.confidence.because}` },
      evidence: [...strayLines(scene), ...clients.evidence],
      ruledOut: Object.fromEntries(clients.ruledOut.map(({ what, because }) => [what, because])),
      remedy: clients.remedy,
    }),
  ]
}

const after = (quietMs: number | undefined): string => (quietMs === undefined ? '' : `after ${span(quietMs)} `)

const common = (scene: ServerSpoke['scene'], { node }: Forgetter) =>
  ({ variant: 'server-first', control: controlOf(scene), node }) satisfies Partial<Telling>
