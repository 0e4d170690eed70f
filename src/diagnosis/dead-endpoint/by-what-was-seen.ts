import { plausibleBackends } from '../../stats/backends.ts'
import { shareOf } from '../attempt-lines.ts'
import { isRefused } from '../attempts.ts'
import { byFlow, isDealt, lateAnswers, othersFine } from '../by-flow.ts'
import type { Case } from '../case.ts'
import { hostOf } from '../host.ts'
import { lackingNode } from '../lacking.ts'
import { isBySeries, isMixed, type Spell } from '../partly.ts'
import type { Finding } from '../rule.ts'
import { areOfOneNode, isNeighbour, isOurselves, serverWords } from '../servers.ts'
import { deadFinding } from './finding.ts'
import { type Missing, missingIn, unheardIn } from './missing-servers.ts'

/** Fewer failures than this are no pattern. */
const least = 3

/** Without the node: a share of what is new fails, in no order, by the flow; and somebody who used to answer does not any more. */
export function byWhatWasSeen(of: Case, spell: Spell): Finding[] {
  const { callee, bad, good } = spell
  if (bad.length < least || good.length < least || !isMixed(spell) || isBySeries(spell)) return []
  if (lateAnswers(of, spell) > 0 || isMisled(spell)) return []
  const refused = bad.filter(isRefused).length
  const unheard = unheardIn(of, spell)
  // A node that is silent, or a pod that cannot reach itself, are other matters (black-hole, snat-missing).
  if (areOfOneNode(of, unheard) || unheard.some(server => isOurselves(of, server))) return []
  const missing = missingIn(of, spell)
  const flow = byFlow(of, spell)
  // A neighbour of ours whose answers pass no rule looks dead as well (bridge-bypass).
  if (missing.some(({ server }) => isNeighbour(of, server)) && refused === 0) return []
  if (missing.length === 0 && refused < least && flow === undefined) return []
  const others = othersFine(of, spell)
  const sure = missing.length > 0 || refused >= least || others > 0 || isDealt(spell)
  const dead = {
    hosts: missing.flatMap(({ server }) => hostOf(server.ip) ?? []),
    servers: missing.map(({ server }) => server.instance),
  }
  return [
    deadFinding(of, spell, {
      dead,
      says: `${shareOf(bad, good)} new attempts to ${callee.host} fail while the others are answered: ${whoIsDead(missing, spell)}.`,
      ...(!sure && { only: 'family' }),
      confidence: sure
        ? { level: 'likely', because: reason(missing, refused, flow) }
        : { level: 'possible', because: reason(missing, refused, flow) },
      evidence: missing.map(({ server, says }) => ({
        source: 'client',
        at: of.at,
        says: `${serverWords(server)} ${says}`,
      })),
      ruledOut: [
        ...(flow === undefined ? [] : [{ what: 'packet-loss', because: flow }]),
        ...(others > 0
          ? [{ what: 'a path that loses some flows', because: `${others} new attempts to others got through` }]
          : []),
        ...(refused > 0 ? [{ what: 'no-endpoints', because: 'others are answered meanwhile' }] : []),
      ],
      missing: lackingNode(of, 'which backend the failing flows were led to, and whether the rules still have it'),
    }),
  ]
}

/** Answers from elsewhere: nobody is dead, addresses are not translated back. */
const isMisled = ({ callee, from }: Spell): boolean =>
  callee.attempts.some(({ fate, sentAt }) => fate === 'wrong-source' && sentAt >= from)

function reason(missing: readonly Missing[], refused: number, flow: string | undefined): string {
  if (missing.length > 0) return 'it is not missed so often by chance'
  return refused >= least ? 'refusals and answers come in no order' : (flow ?? '')
}

function whoIsDead(missing: readonly Missing[], { bad, good }: Spell): string {
  if (missing.length > 0)
    return `${missing.map(({ server }) => serverWords(server)).join(', ')} is still an endpoint, and dead`
  const [first, ...more] = plausibleBackends(bad.length, bad.length + good.length).oneDead.filter(n => n > 1)
  const of = first === undefined ? 'its' : more.length === 0 ? `its ${first}` : `its ${first} to ${more.at(-1)}`
  return `one of ${of} backends is dead, and still an endpoint`
}
