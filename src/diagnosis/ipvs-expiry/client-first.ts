import { repickedIn } from '../backends.ts'
import type { Case } from '../case.ts'
import { controlOf } from '../control.ts'
import { isStillServed, isUnknownToIpvs } from '../ipvs-entries.ts'
import { clearlyBeyond, ipvsMemory, underMemory } from '../memory.ts'
import { netstatRise } from '../rises.ts'
import type { Finding } from '../rule.ts'
import { type Scene, sceneOf, withLosses } from '../scene.ts'
import { asLong, edgeOf, isOfSilence, sharedMoment } from '../signs.ts'
import { span } from '../span.ts'
import { countOf, findingOf, quietOf, type Telling } from '../telling.ts'
import { areOpen, areThere, thereWords } from '../there.ts'
import { isWithoutIpvs, type Translator, translatorOf } from '../translator.ts'
import { remedy } from './remedy.ts'

/** The client broke the silence: IPVS schedules only a SYN, and the node itself, which has the address, answered RST. */
export function clientFirst(of: Case): Finding[] {
  const scene = sceneOf(of, 'translated', 'word')
  if (!scene) return []
  const translator = translatorOf(of, scene.losses)
  if (!translator) return isWithoutIpvs(of) ? [] : byWhatWasSeen(scene)
  return translator.by === 'ipvs' ? byTheNode(scene, translator) : []
}

function byTheNode(all: Scene, { called, at, service }: Translator): Finding[] {
  const { of } = all
  const memory = ipvsMemory(of, all.losses)
  const expired = all.losses.filter(
    loss =>
      service &&
      (memory ? loss.quietMs >= memory.ms : isStillServed(loss, service) !== false && isUnknownToIpvs(of, loss)),
  )
  const met = withLosses(all, expired)
  if (!met) return []
  const scene = memory ? underMemory(met, memory) : met
  if ((memory ? clearlyBeyond(scene, memory).survived : asLong(scene).length) > 0) return []
  const unknown = scene.losses.filter(loss => isUnknownToIpvs(of, loss)).length
  const { by } = edgeOf(scene)
  return [
    findingOf(scene, {
      ...common(scene),
      says: `${countOf(scene)} were reset by their first word after ${quietOf(scene)}: IPVS on the node forgets a connection after ${memory ? span(memory.ms) : `at most ${span(by)}`}, and the node itself answers RST.`,
      confidence: {
        level: 'proven',
        because: memory
          ? `IPVS remembers for ${span(memory.ms)}, and each was silent for longer`
          : 'IPVS had no entry for them, and still leads to their servers',
      },
      evidence: [
        ...(memory ? [memory.line] : []),
        { source: 'node ipvs', at, says: `${called} is a service of IPVS` },
        ...(unknown > 0 ? [{ source: 'node ipvs', at, says: `it has no entry for ${unknown} of them` }] : []),
        ...resetLines(scene),
      ],
      ruledOut: {
        ...ruledOut(scene),
        'conntrack-expiry': 'IPVS carries this address; conntrack’s timeout does not matter to it',
        'ipvs-server-removed':
          service &&
          scene.losses.every(loss => isStillServed(loss, service)) &&
          'their servers are still destinations of the service',
      },
      remedy: remedy(memory?.ms ?? by),
    }),
  ]
}

/** The RST comes from the node’s own TCP, which counts it. */
function resetLines({ of, losses }: Scene) {
  const times = losses.map(({ death }) => death.at)
  const sent = netstatRise(of, 'node', 'Tcp.OutRsts', { from: Math.min(...times), to: Math.max(...times) })
  if (!sent || sent.by === 0) return []
  return [
    { source: 'node netstat', at: sent.at, says: `the node’s own TCP sent ${sent.by} resets meanwhile (Tcp.OutRsts)` },
  ]
}

/** Without the node: it takes silence, spares nobody, and the same servers survive it when they are called directly. */
function byWhatWasSeen(scene: Scene): Finding[] {
  const control = controlOf(scene)
  const spares = asLong(scene).length > 0 || repickedIn(scene).length > 0
  const isSteady = isOfSilence(scene) || !sharedMoment(scene)
  if (spares || !isSteady || !control.spared || !areThere(scene)) return []
  const { after, by } = edgeOf(scene)
  return [
    findingOf(scene, {
      ...common(scene),
      says: `Every connection (${scene.losses.length}) was reset by its first word after ${quietOf(scene)}, and ${isOfSilence(scene) ? 'shorter silences on the same way' : 'the same silences straight to the pods'} are survived: IPVS on the node forgets a connection after at most ${span(by)}, and the node itself answers RST.`,
      confidence: { level: 'likely', because: 'silence kills all of them, and none straight to the same servers' },
      ruledOut: {
        ...ruledOut(scene),
        'conntrack-expiry': `of ${scene.losses.length} that pick one of ${scene.servers.size} or more servers anew, some would have found their own`,
        'middlebox-idle': 'what is between the nodes carries the control group, too',
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
    node: 'whether this address is a service of IPVS, and its timeout (ipvsadm -l --timeout)',
  }) satisfies Partial<Telling>

const ruledOut = (scene: Scene) => ({
  'peer-restarted': areThere(scene) && thereWords(scene),
  'out-of-window': areOpen(scene) && 'no server was reset before the client was',
})
