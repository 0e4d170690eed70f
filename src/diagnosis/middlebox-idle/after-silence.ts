import { conntrackEntries } from '../../evidence/conntrack-entries/facts.ts'
import { flowKey } from '../../outcome/flow.ts'
import type { EvidenceLine } from '../../outcome/verdict.ts'
import type { Case } from '../case.ts'
import { type Control, controlOf } from '../control.ts'
import { isStillServed } from '../ipvs-entries.ts'
import { conntrackMemory, ipvsMemory, type Memory, numberOf } from '../memory.ts'
import type { Finding } from '../rule.ts'
import { type Scene, sceneOf } from '../scene.ts'
import { asLong, edgeOf, isOfSilence } from '../signs.ts'
import { span } from '../span.ts'
import { findingOf, quietOf } from '../telling.ts'
import { areThere, thereWords } from '../there.ts'
import { translatorOf } from '../translator.ts'
import { cloudOf } from './clouds.ts'
import { remedy } from './remedy.ts'

const manners = { reset: 'word', silent: 'silence' } as const

/** It takes silence, spares nobody, the servers call the connections open, and no node is to blame. */
export function afterSilence(of: Case, variant: 'reset' | 'silent'): Finding[] {
  return (['direct', 'translated'] as const).flatMap(way => {
    const scene = sceneOf(of, way, manners[variant])
    if (!scene || asLong(scene).length > 0 || !isOfSilence(scene) || !areThere(scene)) return []
    const control = controlOf(scene)
    const blameless = nodeIsBlameless(scene, control, variant)
    return blameless ? [told(scene, control, variant, blameless)] : []
  })
}

function told(scene: Scene, control: Control, variant: 'reset' | 'silent', blameless: string): Finding {
  const edge = edgeOf(scene)
  const cloud = cloudOf(variant, edge)
  const memory = conntrackMemory(scene.of, scene.losses)
  const what = variant === 'reset' ? 'was reset by its first word' : 'met nothing but silence'
  return findingOf(scene, {
    variant,
    says: `Every connection (${scene.losses.length}) ${what} after ${quietOf(scene)}, and shorter silences are survived: something on the way, and not the node, forgets a connection after at most ${span(edge.by)}${cloud ? ` (${span(cloud.ms)} is the default ${cloud.whose})` : ''}.`,
    confidence: {
      level: 'likely',
      because: `it takes silence, it spares nobody, ${thereWords(scene)}, and ${blameless}`,
    },
    control,
    also: variant === 'reset' && scene.way === 'direct' ? (sceneOf(scene.of, scene.way, 'theirs')?.losses ?? []) : [],
    evidence: [...(memory ? [memory.line] : []), ...entryLines(scene)],
    ruledOut: {
      'conntrack-expiry': variant === 'reset' ? 'that spares those that find their own server again' : blameless,
      'ipvs-expiry': blameless,
      'midstream-drop': variant === 'silent' && blameless,
      'peer-died': thereWords(scene),
    },
    node: 'whether conntrack or IPVS on the node forgets sooner than that',
    remedy: remedy(edge, cloud),
  })
}

/** Why neither conntrack nor IPVS of this node has forgotten them. */
function nodeIsBlameless(scene: Scene, control: Control, variant: 'reset' | 'silent'): string | undefined {
  const { of, way, losses } = scene
  const translator = translatorOf(of, losses)
  // What is between the nodes carries the control group, too: then whoever says that the node remembers for longer is wrong.
  if (translator && way === 'translated' && control.spared) return undefined
  if (translator?.service) {
    const { service } = translator
    const areServed = losses.every(loss => isStillServed(loss, service))
    return areServed ? remembersLonger(scene, 'IPVS', ipvsMemory(of, losses)) : undefined
  }
  const memory = conntrackMemory(of, losses)
  const isItsFlow = translator !== undefined || way === 'direct'
  const settings = isItsFlow && (remembersLonger(scene, 'conntrack', memory) ?? takesUp(of, variant))
  if (settings) return settings
  if (way === 'translated') return undefined
  if (variant === 'reset')
    return 'the client calls the server’s own address: the node has no other server to lead it to'
  return !memory && control.spared ? 'others on this node survive the same silence' : undefined
}

function remembersLonger({ losses }: Scene, who: string, memory: Memory | undefined): string | undefined {
  const shortest = Math.min(...losses.map(({ quietMs }) => quietMs))
  return memory && memory.ms > shortest ? `${who} on the node remembers for ${span(memory.ms)}` : undefined
}

function takesUp(of: Case, variant: 'reset' | 'silent'): string | undefined {
  const [read, loose] = numberOf(of, 'net.netfilter.nf_conntrack_tcp_loose')
  return variant === 'silent' && read && loose !== 0 ? 'conntrack on the node takes connections up again' : undefined
}

function entryLines({ of, losses }: Scene): readonly EvidenceLine[] {
  const keys = new Set(losses.flatMap(({ death }) => (death.flow ? [flowKey(death.flow)] : [])))
  const read = of.facts.newest(conntrackEntries, 'node')
  const known = read?.value.filter(({ flow, entry }) => keys.has(flow) && entry?.state === 'ESTABLISHED') ?? []
  if (!read || known.length === 0) return []
  return [
    {
      source: 'node conntrack-entries',
      at: read.at,
      says: `conntrack on the node still knows ${known.length} of them`,
    },
  ]
}
