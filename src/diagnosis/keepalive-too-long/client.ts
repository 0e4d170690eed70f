import { binomialAtMost } from '../../stats/distribution/binomial.ts'
import type { Case } from '../case.ts'
import { controlOf } from '../control.ts'
import { forgottenFlow } from '../forgotten-flow.ts'
import { keepaliveLines } from '../keepalive-lines.ts'
import type { Way } from '../losses.ts'
import { type Memory, memoryOf } from '../memory.ts'
import { doubt } from '../repicked.ts'
import type { Finding } from '../rule.ts'
import { type Scene, sceneOf } from '../scene.ts'
import { edgeOf, isOfSilence, sharedMoment } from '../signs.ts'
import { keepaliveOf } from '../silences.ts'
import { span, spans } from '../span.ts'
import { findingOf } from '../telling.ts'
import { areOpen, areThere, thereWords } from '../there.ts'
import { trackLines, tracksOf } from '../tracks.ts'
import { type Translator, translatorOf } from '../translator.ts'
import { zombiesMetBeyond } from '../zombies-met.ts'

/** Fewer resets at the age of the keepalive may be no more than accident. */
const least = 3

/** The client's own keepalive probe was the packet that drew the reset. */
export const clientKeepalive = (of: Case): Finding[] =>
  (['translated', 'direct'] as const).flatMap(way => judged(of, way))

function judged(of: Case, way: Way): Finding[] {
  const scene = sceneOf(of, way, 'probe')
  if (!scene) return []
  const translator = way === 'translated' ? translatorOf(of, scene.losses) : undefined
  const memory = memoryOf(scene, translator)
  if (translator && translator.by !== 'nobody' && memory)
    return scene.losses.every(({ quietMs }) => quietMs >= memory.ms) ? [byTheNode(scene, translator, memory)] : []
  return (
    byWhatWasSeen(scene) ?? forgottenFlow(scene, 'it died of its own keepalive probe, or something cut its silence')
  )
}

function byTheNode(scene: Scene, translator: Translator, memory: Memory): Finding {
  const who = translator.by === 'ipvs' ? 'IPVS' : 'conntrack'
  const { also, lines } = zombiesMetBeyond(scene.of, memory, { kept: true })
  return findingOf(scene, {
    also,
    says: `${countOf(scene)} with keepalive idle ${idleOf(scene)} were reset by their own probe: ${who} on the node forgets a connection after ${span(memory.ms)}, so the probe comes too late to keep it, and in time to kill it.`,
    confidence: areOpen(scene)
      ? {
          level: 'proven',
          because: `the probe comes after ${idleOf(scene)}, and ${who} remembers for ${span(memory.ms)}`,
        }
      : {
          level: 'likely',
          because: `${who} remembers for less than the keepalive’s idle time; no server could be asked`,
        },
    control: controlOf(scene),
    evidence: [memory.line, ...optionLines(scene), ...trackLines(tracksOf(scene)), ...lines],
    ruledOut: {
      ...ruledOut(scene),
      'conntrack-flush': 'the timer alone explains it',
    },
    node: '',
    remedy: keepaliveLines(memory.ms),
  })
}

function byWhatWasSeen(scene: Scene): Finding[] | undefined {
  const isSteady = isOfSilence(scene) || !sharedMoment(scene)
  if (scene.losses.length < least || !areThere(scene) || !isSteady || areSurvived(scene)) return undefined
  const { after } = edgeOf(scene)
  return [
    findingOf(scene, {
      says: `${countOf(scene)} with keepalive idle ${idleOf(scene)} were reset at that very age, in the middle of their silence: something on the path had forgotten them, and the probe came too late to keep them, and in time to kill them.`,
      confidence: {
        level: 'likely',
        because: `${scene.losses.length} were reset as old as their keepalive’s idle time, and ${thereWords(scene)}`,
      },
      control: controlOf(scene),
      evidence: optionLines(scene),
      ruledOut: {
        ...ruledOut(scene),
        'conntrack-flush': isOfSilence(scene)
          ? 'those that were silent for less lived through it, on the same way'
          : 'no single moment lies in the silences of all',
      },
      node: 'after how long conntrack or IPVS on the node forgets, and whether it is they',
      remedy: after > 0 ? keepaliveLines(after) : shorter(scene),
    }),
  ]
}

/** Half the age that kills is still a guess, and a third of it has room for one. */
const shorter = ({ losses }: Scene): readonly string[] => [
  '# How long the path remembers is not known, only that it is less than the keepalive’s idle time.',
  ...keepaliveLines(Math.min(...losses.map(({ quietMs }) => quietMs)) / 2),
]

/** Probes that were survived: beyond a timeout at least every second one kills. */
function areSurvived({ losses, survivors }: Scene): boolean {
  const cohorts = new Set(losses.map(({ cohort }) => cohort))
  const survived = survivors
    .filter(({ cohort }) => cohorts.has(cohort))
    .reduce((sum, { cohort, wholeMs }) => sum + Math.floor(wholeMs / keepaliveOf(cohort)), 0)
  return binomialAtMost(losses.length, losses.length + survived, 0.5) <= doubt
}

/** As the kernel has it; where nobody asked it, as old as they were. */
const idleOf = ({ losses }: Scene): string =>
  spans(losses.map(({ cohort, quietMs }) => Math.min(keepaliveOf(cohort), quietMs)))

const countOf = ({ losses, cohorts }: Scene): string => {
  const lossy = new Set(losses.map(({ cohort }) => cohort))
  const open = cohorts.filter(cohort => lossy.has(cohort)).reduce((sum, each) => sum + each.open, 0)
  return `${losses.length} of ${losses.length + open} connections`
}

function optionLines({ losses }: Scene) {
  const at = Math.max(...losses.map(({ death }) => death.at))
  const lossy = new Map(losses.flatMap(({ cohort }) => (cohort ? [[cohort.of.cohort, cohort] as const] : [])))
  return [...lossy]
    .filter(([, cohort]) => cohort.options?.keepalive)
    .map(([name, cohort]) => ({
      source: 'client',
      at,
      says: `the kernel has keepalive idle ${keepaliveOf(cohort) / 1000} s for the connections of ${name}`,
    }))
}

const ruledOut = (scene: Scene) => ({
  'peer-died': areThere(scene) && thereWords(scene),
  'middlebox-idle': areOpen(scene) && 'no server was reset, and the age is that of the keepalive',
})
