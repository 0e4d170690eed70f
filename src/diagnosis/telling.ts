import { ledgerFacts } from '../evidence/ledger/facts.ts'
import type { EvidenceLine, Verdict } from '../outcome/verdict.ts'
import type { Control } from './control.ts'
import { lackingNode } from './lacking.ts'
import type { Loss } from './losses.ts'
import type { Finding } from './rule.ts'
import type { Scene } from './scene.ts'
import { asLong } from './signs.ts'
import { span, spans } from './span.ts'

/** What a rule adds to what every finding about a scene tells. */
export interface Telling extends Pick<Finding, 'says' | 'confidence' | 'remedy'> {
  readonly variant?: string
  readonly only?: 'family'
  readonly control: Control
  /** What the node and others say, beyond clients, ledgers and control group. */
  readonly evidence?: readonly EvidenceLine[]
  /** Look-alikes, and why not; those without a reason are not ruled out. */
  readonly ruledOut?: Readonly<Record<string, string | false | undefined>>
  /** What the agent of the node would tell, were there one; nothing that is wanted: ''. */
  readonly node: string
  /** How many could have met it; by default those that were lost, and those that survived a silence as long. */
  readonly all?: number
  /** Losses elsewhere that are explained as well. */
  readonly also?: readonly Loss[]
}

export function findingOf(scene: Scene, telling: Telling): Finding {
  const {
    says,
    confidence,
    remedy,
    variant,
    only,
    control,
    evidence = [],
    ruledOut = {},
    node,
    all,
    also = [],
  } = telling
  const { losses } = scene
  return {
    ...(variant !== undefined && { variant }),
    ...(only && { only }),
    says,
    explains: [...losses, ...also].map(({ death }) => death),
    of: (all ?? losses.length + asLong(scene).length) + also.length,
    exposureMs: exposureOf(scene),
    confidence,
    evidence: [...clientLines(scene), ...ledgerLines(losses), ...controlLines(control), ...evidence],
    ruledOut: Object.entries(ruledOut).flatMap(([what, because]) => (because ? [{ what, because }] : [])),
    missing: missingOf(scene, control, node),
    remedy,
  }
}

/** What the client saw: fate, phase, the system's own word, and who was spared. */
function clientLines(scene: Scene): readonly EvidenceLine[] {
  const alike = Map.groupBy(scene.losses, ({ death }) => `${death.fate} (${death.phase}, ${death.code})`)
  const lines = [...alike].map(([what, losses]) => ({
    source: 'client',
    at: Math.max(...losses.map(({ death }) => death.at)),
    says: `${losses.length} × ${what} after ${spans(losses.map(({ quietMs }) => quietMs))} of silence`,
  }))
  const spared = asLong(scene)
  if (spared.length === 0) return lines
  const at = Math.max(...spared.map(({ brokenAt }) => brokenAt))
  return [...lines, { source: 'client', at, says: `${spared.length} silences as long were survived` }]
}

/** How the servers that were asked speak of these connections. */
function ledgerLines(losses: readonly Loss[]): readonly EvidenceLine[] {
  const heard = losses.filter(({ account }) => account?.heard)
  const kinds = Map.groupBy(heard, ({ account }) => account?.told ?? 'alive')
  return [...kinds].map(([told, those]) => ({
    source: 'ledger',
    at: Math.max(...those.map(({ account }) => account?.at ?? 0)),
    says: `${ledgerWords[told]}: ${those.length} of ${heard.length} that servers were asked about`,
  }))
}

const ledgerWords = {
  alive: 'open as far as the server knew',
  deaf: 'the server spoke, too, and was not heard',
  before: 'the server had been reset before',
  together: 'the server was reset at the same moment',
  gone: 'ended by the server',
} as const

function controlLines({ died, survived }: Control): readonly EvidenceLine[] {
  if (died.length + survived.length === 0) return []
  const at = Math.max(...survived.map(({ brokenAt }) => brokenAt), ...died.map(({ death }) => death.at))
  const says = `straight to pods ${survived.length} silences as long were survived, ${died.length} were not`
  return [{ source: 'client', at, says }]
}

/** Evidence that was not to be had, and what it would tell. */
function missingOf({ of, losses }: Scene, { died, survived }: Control, node: string): Verdict['missing'] {
  const why = of.facts.absence(ledgerFacts, 'servers')
  const ledgers = `the ledgers of the servers${why === undefined ? '' : ` (${why})`}`
  const lacking: [boolean, string, string][] = [
    [
      !losses.some(({ account }) => account?.heard),
      ledgers,
      'whether the servers still call these connections open, or ended them',
    ],
    [
      died.length + survived.length === 0,
      'a control group (a cohort with path: pod)',
      'whether the same silence is survived without the Service',
    ],
  ]
  return [
    ...(node === '' ? [] : lackingNode(of, node)),
    ...lacking.flatMap(([isLacking, what, wouldTell]) => (isLacking ? [{ what, wouldTell }] : [])),
  ]
}

/** Connection-time spent silent by the cohorts that lost some, since the first silence that was fatal, ms. */
function exposureOf({ losses, survivors }: Scene): number {
  const since = Math.min(...losses.map(({ brokenAt, quietMs }) => brokenAt - quietMs))
  const cohorts = new Set(losses.map(({ cohort }) => cohort))
  const survived = survivors.filter(({ cohort, brokenAt }) => cohorts.has(cohort) && brokenAt >= since)
  return [...losses, ...survived].reduce((sum, { quietMs }) => sum + quietMs, 0)
}

/** `12 of 40 connections`: those that were lost, of all that were silent as long. */
export const countOf = (scene: Scene): string => {
  const all = scene.losses.length + asLong(scene).length
  return `${scene.losses.length} of ${all} ${all === 1 ? 'silent connection' : 'silent connections'}`
}

/** The silence they were lost after: of the middle one. */
export const quietOf = ({ losses }: Scene): string => {
  const all = losses.map(({ quietMs }) => quietMs).toSorted((a, b) => a - b)
  return span(all[Math.floor(all.length / 2)] ?? 0)
}
