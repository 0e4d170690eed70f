import { hypergeometricAtLeast } from '../../stats/distribution/hypergeometric.ts'
import { type Attempt, attemptsByServer, attemptsOf, isHeard, isSilent, isTelling } from '../attempts.ts'
import { since, within } from '../callees.ts'
import type { Case } from '../case.ts'
import { forwards } from '../forwarding.ts'
import { findingFrom } from '../from-attempts.ts'
import { hasLeft } from '../goodbyes.ts'
import { doubt } from '../repicked.ts'
import type { Finding } from '../rule.ts'
import { isNeighbour, type Server, serversOf, serverWords } from '../servers.ts'
import { span } from '../span.ts'
import { type Obituary, obituaryOf } from './obituary.ts'
import { remedy } from './remedy.ts'

/** Everything of one server fell silent, or was closed by its kernel, without a goodbye; and nobody has heard from it since. */
export function died(of: Case, server: Server): Finding[] {
  const theirs = attemptsByServer(of).get(server.instance) ?? []
  const lost = theirs.filter(each => isTelling(each) && !each.isNew && (isSilent(each) || isCut(each)))
  const [first, last] = [lost[0], lost.at(-1)]
  if (!first || !last || since(theirs.filter(isHeard), first.sentAt).length > 0) return []
  const obituary = obituaryOf(of, server, first.sentAt)
  if (obituary?.told === 'alive') return []
  const known = Math.max(...lost.map(({ symptom }) => symptom?.at ?? 0))
  const spared = within(attemptsOf(of).filter(isHeard), { from: first.sentAt, to: Math.max(of.at, known) }).filter(
    each => each.server !== undefined && each.server !== server.instance,
  )
  // If only our own node answers, it may be our own node that passes nothing on.
  const isBeyond = (each: Attempt) => !isNeighbour(of, serversOf(of).get(each.server ?? '') ?? {})
  const isReached = isNeighbour(of, server) || spared.some(isBeyond) || forwards(of, { from: first.sentAt, to: known })
  if (!isReached && obituary?.told !== 'another') return []
  const sure = reasonOf(of, lost, spared, obituary)
  if (sure === undefined) return []
  const wasCut = lost.every(isCut)
  const successors = [...new Set(spared.filter(({ isNew }) => isNew).map(each => each.server ?? ''))].flatMap(
    instance => serversOf(of).get(instance) ?? [],
  )
  const planned = hasLeft(of, server.instance, first.sentAt)
  return [
    findingFrom(of, {
      variant: wasCut ? 'killed' : 'vanished',
      ...(planned && { planned }),
      says: `${serverWords(server)} is gone without a goodbye: ${lost.length} of its connections ${wasCut ? 'were closed by its kernel at one moment' : `fell silent within ${span(last.sentAt - first.sentAt)}`}${successors.length > 0 ? `; ${successors.map(serverWords).join(', ')} answers what is new` : ''}.`,
      bad: theirs.filter(each => each.symptom && !isHeard(each) && each.sentAt >= first.sentAt - edgeMs),
      good: [],
      meanwhile: { from: first.sentAt, to: known },
      confidence: { level: obituary?.told === 'another' ? 'proven' : 'likely', because: sure },
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
        ...(successors.length > 0 ? [{ what: 'dead-endpoint', because: 'what is new is not led there any more' }] : []),
        { what: 'planned-end', because: 'it said no goodbye' },
      ],
      missing: obituary
        ? []
        : [
            {
              what: 'the ledger of that server',
              wouldTell: 'whether it is still there, or another process has its address',
            },
          ],
      remedy: remedy(server, wasCut),
    }),
  ]
}

/** A busy process tells late of what it sent, ms. */
const edgeMs = 500

/** Whoever is killed cannot say goodbye, but its kernel closes what it had. */
const isCut = ({ symptom, fate }: Attempt): boolean =>
  symptom?.type === 'ended' && symptom.phase === 'idle' && (fate === 'closed' || fate === 'reset')

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
