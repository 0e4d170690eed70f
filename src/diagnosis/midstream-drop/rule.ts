import { natRules } from '../../evidence/nat-rules/facts.ts'
import { controlOf } from '../control.ts'
import { forgottenFlow } from '../forgotten-flow.ts'
import { keepaliveLines } from '../keepalive-lines.ts'
import { conntrackMemory, numberOf } from '../memory.ts'
import { conntrackRise } from '../rises.ts'
import { defineRule, type Finding } from '../rule.ts'
import { type Scene, sceneOf, withLosses } from '../scene.ts'
import { isOfSilence } from '../signs.ts'
import { span } from '../span.ts'
import { countOf, findingOf, quietOf } from '../telling.ts'
import { areOpen, areThere, thereWords } from '../there.ts'
import { translatorOf } from '../translator.ts'

const loose = 'net.netfilter.nf_conntrack_tcp_loose'

export const midstreamDrop = defineRule({
  name: 'midstream-drop',
  title: 'conntrack takes up no connection in mid-stream',
  family: 'forgotten-flow',
  judge: of =>
    (['translated', 'direct'] as const).flatMap(way => {
      const scene = sceneOf(of, way, 'silence')
      return scene ? (byTheNode(scene) ?? unnamed(scene)) : []
    }),
})

function byTheNode(all: Scene): Finding[] | undefined {
  const { of, way } = all
  const [read, value] = numberOf(of, loose)
  const memory = conntrackMemory(of, all.losses)
  const isOther = way === 'translated' && translatorOf(of, all.losses)?.by === 'ipvs'
  if (!read || value !== 0 || !memory || isOther) return undefined
  const scene = withLosses(
    all,
    all.losses.filter(({ quietMs }) => quietMs >= memory.ms),
  )
  if (!scene) return undefined
  const times = scene.losses.map(({ brokenAt, death }) => [brokenAt, death.at]).flat()
  const invalid = conntrackRise(of, 'node', 'invalid', { from: Math.min(...times), to: Math.max(...times) })
  const rules = of.facts.newest(natRules, 'node')
  return [
    findingOf(scene, {
      says: `${countOf(scene)} met nothing but silence after ${quietOf(scene)}: conntrack on the node forgets a connection after ${span(memory.ms)} and takes none up in mid-stream (nf_conntrack_tcp_loose = 0), so its packets are dropped, or go nowhere.`,
      confidence:
        areOpen(scene) || (invalid?.by ?? 0) >= scene.losses.length
          ? { level: 'proven', because: 'each was silent for longer than conntrack remembers, and it takes up none' }
          : { level: 'likely', because: 'the settings say so; no server could be asked, and no counter tells of it' },
      control: controlOf(scene),
      evidence: [
        memory.line,
        { source: 'node sysctl', at: read.at, says: `${loose} = 0` },
        ...(invalid && invalid.by > 0
          ? [{ source: 'node conntrack', at: invalid.at, says: `invalid rose by ${invalid.by} meanwhile` }]
          : []),
        ...(rules?.value.invalidDrop
          ? [{ source: 'node nat-rules', at: rules.at, says: 'a rule drops INVALID packets on forward' }]
          : []),
      ],
      ruledOut: {
        'peer-died': areThere(scene) && thereWords(scene),
        'conntrack-expiry': 'a connection that is not taken up is reset by nobody',
      },
      node: '',
      remedy: [
        '# Let conntrack take connections up again in mid-stream, as Linux has it by default. On each node, now:',
        `sysctl -w ${loose}=1`,
        ...keepaliveLines(memory.ms),
      ],
    }),
  ]
}

/** Silence alone is no sign of a forgotten flow: only if it takes silence to meet it, while the server is there. */
function unnamed(scene: Scene): Finding[] {
  return areThere(scene) && isOfSilence(scene)
    ? forgottenFlow(scene, 'a firewall or gateway on the way, or conntrack that takes up nothing in mid-stream')
    : []
}
