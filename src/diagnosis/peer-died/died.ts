import { hypergeometricAtLeast } from '../../stats/distribution/hypergeometric.ts'
import { type Attempt, attemptsByServer, attemptsOf, isHeard } from '../attempts.ts'
import { within } from '../callees.ts'
import type { Case } from '../case.ts'
import { edgeMs, type Fallen, isGone } from '../fallen.ts'
import { forwards } from '../forwarding.ts'
import { findingFrom } from '../from-attempts.ts'
import { hasLeft } from '../goodbyes.ts'
import { noIpvs } from '../ipvs-possible.ts'
import { lackingNode } from '../lacking.ts'
import { hostOf } from '../host.ts'
import { doubt } from '../repicked.ts'
import type { Finding } from '../rule.ts'
import { isNeighbour, serversOf, serverWords } from '../servers.ts'
import { servedIn } from '../served.ts'
import { span } from '../span.ts'
import type { Obituary } from '../obituary.ts'
import { remedy } from './remedy.ts'

/** Everything of one server fell silent, or was closed by its kernel, without a goodbye; and nobody has heard from it since. */
export function died(of: Case, fallen: Fallen): Finding[] {
  const { server, lost, wasCut, from, obituary, inVain } = fallen
  const theirs = attemptsByServer(of).get(server.instance) ?? []
  const bad = [...theirs.filter(each => each.symptom && !isHeard(each) && each.sentAt >= from - edgeMs), ...inVain]
  if (bad.length === 0 || obituary?.told === 'alive') return []
  const known = Math.max(...lost.map(({ sentAt, tookUs }) => sentAt + tookUs / 1000))
  const spared = within(attemptsOf(of).filter(isHeard), { from, to: Math.max(of.at, known) }).filter(
    each => each.server !== undefined && each.server !== server.instance,
  )
  // If only our own node answers, it may be our own node that passes nothing on.
  const isBeyond = (each: Attempt) => !isNeighbour(of, serversOf(of).get(each.server ?? '') ?? {})
  const isReached = isNeighbour(of, server) || spared.some(isBeyond) || forwards(of, { from, to: known })
  if (!isReached && !isGone(fallen)) return []
  const sure = reasonOf(of, lost, spared, obituary)
  if (sure === undefined) return []
  const successors = [...new Set(spared.filter(({ isNew }) => isNew).map(each => each.server ?? ''))].flatMap(
    instance => serversOf(of).get(instance) ?? [],
  )
  const planned = hasLeft(of, server.instance, from)
  return [
    findingFrom(of, {
      variant: wasCut ? 'killed' : 'vanished',
      ...(planned && { planned }),
      says: `${serverWords(server)} is gone without a goodbye: ${lost.length} of its connections ${wasCut ? 'were closed by its kernel at one moment' : `fell silent within ${span((lost.at(-1)?.sentAt ?? from) - from)}`}${successors.length > 0 ? `; ${successors.map(serverWords).join(', ')} answers what is new` : ''}.`,
      bad,
      good: [],
      meanwhile: { from, to: known },
      confidence: { level: isGone(fallen) ? 'proven' : 'likely', because: sure },
      evidence: [
        ...(obituary ? [obituary] : []),
        { source: 'client', at: of.at, says: `nothing was heard from ${serverWords(server)} since` },
        ...(spared.length > 0
          ? [
              {
                source: 'client',
                at: of.at,
                says: `${spared.length} attempts to reach other servers were answered since`,
              },
            ]
          : []),
      ],
      ruledOut: [
        ...(spared.length > 0 ? [{ what: 'forwarding-off', because: 'other servers answer' }] : []),
        ...(successors.length > 0 && !isStillLed(of, fallen)
          ? [{ what: 'dead-endpoint', because: 'what is new is not led there any more' }]
          : []),
        { what: 'planned-end', because: 'it said no goodbye' },
      ],
      missing: [
        ...(obituary
          ? []
          : [
              {
                what: 'the ledger of that server',
                wouldTell: 'whether it is still there, or another process has its address',
              },
            ]),
        ...(of.facts.has('node') || noIpvs(of) !== undefined
          ? []
          : lackingNode(of, 'whether IPVS still leads its connections there, with weight 0 (ipvs-ghost)')),
      ],
      remedy: remedy(server, wasCut),
    }),
  ]
}

/** Why that is no chance, and no path that forgot some of its connections. */
function reasonOf(
  of: Case,
  lost: readonly Attempt[],
  spared: readonly Attempt[],
  obituary: Obituary | undefined,
): string | undefined {
  if (obituary?.told === 'another') return obituary.says
  const [fell, stood] = [new Set(lost.map(({ line }) => line)).size, new Set(spared.map(({ line }) => line)).size]
  if (stood === 0) return undefined
  if (hypergeometricAtLeast(fell, fell, fell, fell + stood) <= doubt)
    return `all ${fell} that were lost were its own, and none of ${stood} of others`
  return obituary?.told === 'silent' && fell > 1 ? `${obituary.says}, and others answer` : undefined
}

/** The node, or the cluster, still leads to its address whoever calls what its connections had called. */
function isStillLed(of: Case, { server, lost, from }: Fallen): boolean {
  const host = hostOf(server.ip)
  const flow = lost.findLast(({ symptom }) => symptom?.flow)?.symptom?.flow
  const newest = flow && servedIn(of, flow, { from, to: of.at }).at(-1)
  return newest?.backends.some(each => hostOf(each) === host) ?? false
}
