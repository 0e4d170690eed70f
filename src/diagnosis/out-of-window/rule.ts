import { natRules } from '../../evidence/nat-rules/facts.ts'
import type { EvidenceLine } from '../../outcome/verdict.ts'
import { controlOf } from '../control.ts'
import { conntrackMemory, numberOf } from '../memory.ts'
import { conntrackRise, netstatRise } from '../rises.ts'
import { defineRule, type Finding } from '../rule.ts'
import type { Scene } from '../scene.ts'
import { lostAt, strayLines } from '../server-spoke.ts'
import { type ServerSilent, serverSilent } from '../server-silent.ts'
import { span, spans } from '../span.ts'
import { findingOf } from '../telling.ts'
import { translatorOf } from '../translator.ts'
import { remedy } from './remedy.ts'

export const outOfWindow = defineRule({
  name: 'out-of-window',
  title: 'a packet outside the window passed untranslated',
  family: 'forgotten-flow',
  judge(of) {
    const silent = serverSilent(of)
    return silent && translatorOf(of, silent.scene.losses)?.by !== 'ipvs' ? judged(silent) : []
  },
})

/** Keepalive sends its first probe after a second at the earliest, ms (TCP_KEEPIDLE counts whole seconds). */
const leastKeepaliveMs = 1000
/** Ages of keepalive probes are alike; so much apart they are of something else, ms. */
const sameAgeMs = 1500

function judged({ scene, quietMs }: ServerSilent): Finding[] {
  const { of, losses, survivors } = scene
  const longest = Math.max(...quietMs)
  const memory = conntrackMemory(of, losses)
  // Silences longer than those were survived, and the timer is longer, too: it was not forgotten, it was misjudged.
  const isYoung = memory ? longest < memory.ms : survivors.some(each => each.quietMs > longest)
  const meanwhile = lostAt(scene)
  if (!isYoung || !meanwhile) return []
  const invalid = conntrackRise(of, 'node', 'invalid', meanwhile)
  const resets = netstatRise(of, 'own', 'Tcp.OutRsts', meanwhile)
  const isInvalid = invalid !== undefined && invalid.by >= quietMs.length
  const isOurReset = resets !== undefined && resets.by >= quietMs.length
  const isNoKeepalive = Math.min(...quietMs) < leastKeepaliveMs || longest - Math.min(...quietMs) > sameAgeMs
  if (!isInvalid && !(isOurReset && isNoKeepalive && invalid === undefined)) return []
  return [
    findingOf(scene, {
      says: `${losses.length} connections became zombies: their servers were reset in the middle of a silence, after ${spans(quietMs)}, though longer silences are survived. A packet outside the window of conntrack came to the client untranslated, and its kernel reset it.`,
      confidence: isInvalid
        ? {
            level: isOurReset ? 'proven' : 'likely',
            because: `conntrack called ${invalid.by} packets invalid as the servers were reset`,
          }
        : { level: 'likely', because: 'this kernel reset packets of no connection it knows as the servers were reset' },
      control: controlOf(scene),
      evidence: [
        ...strayLines(scene),
        ...(invalid && isInvalid
          ? [{ source: 'node conntrack', at: invalid.at, says: `invalid rose by ${invalid.by} meanwhile` }]
          : []),
        ...nodeLines(scene),
      ],
      ruledOut: {
        'conntrack-expiry': memory
          ? `conntrack remembers for ${span(memory.ms)}`
          : 'longer silences on the same way are survived',
        'keepalive-too-long': isNoKeepalive && 'they are of different ages, or younger than any keepalive',
        'peer-restarted': 'the servers answer, and say they were reset',
      },
      node: 'whether conntrack counts packets as invalid, and whether a rule drops them',
      remedy,
    }),
  ]
}

/** What lets such a packet pass. */
function nodeLines({ of }: Scene): readonly EvidenceLine[] {
  const liberal = 'net.netfilter.nf_conntrack_tcp_be_liberal'
  const [read, value] = numberOf(of, liberal)
  const rules = of.facts.newest(natRules, 'node')
  return [
    ...(read ? [{ source: 'node sysctl', at: read.at, says: `${liberal} = ${value}` }] : []),
    ...(rules && !rules.value.invalidDrop
      ? [{ source: 'node nat-rules', at: rules.at, says: 'no rule drops INVALID packets on forward' }]
      : []),
  ]
}
