import { natRules } from '../../evidence/nat-rules/facts.ts'
import { hypergeometricAtLeast } from '../../stats/distribution/hypergeometric.ts'
import { type Attempt, isHeard, isSilent } from '../attempts.ts'
import { shareOf } from '../attempt-lines.ts'
import type { Callee } from '../callees.ts'
import type { Case } from '../case.ts'
import { findingFrom } from '../from-attempts.ts'
import { leadOf } from '../leads.ts'
import { isMixed, type Spell, spellsOf } from '../partly.ts'
import { doubt } from '../repicked.ts'
import { lackingNode } from '../lacking.ts'
import type { Finding } from '../rule.ts'
import { isOurselves, serversOf } from '../servers.ts'

/** A pod that is a backend of the Service it calls: when it is led to itself, nothing comes. */
export const hairpin = (of: Case): Finding[] =>
  spellsOf(of)
    .filter(({ callee }) => callee.way !== 'direct')
    .flatMap(spell => judge(of, spell))

function judge(of: Case, spell: Spell): Finding[] {
  const { callee, bad, good, from, to } = spell
  const looped = bad.filter(attempt => {
    const entry = leadOf(of, attempt)?.entry
    return entry !== undefined && entry.reply.src === entry.original.src && entry.reply.dst === entry.original.src
  })
  const missed = missesItself(of, spell)
  if (looped.length === 0 && missed === undefined) return []
  const unmarked = of.facts
    .all(natRules, 'node')
    .find(({ at, value }) => at >= from && at <= to + patienceMs && value.masqueradesMarked === false)
  const own = of.self?.ip ?? 'itself'
  return [
    findingFrom(of, {
      variant: 'hairpin',
      says: `${shareOf(bad, good)} new attempts to ${callee.host} heard nothing: those that this pod (${own}) is to answer itself, because the node does not masquerade what a pod sends to itself.`,
      bad: lostIn(callee, spell),
      good,
      meanwhile: spell,
      confidence: confidenceOf(looped, unmarked !== undefined, missed),
      evidence: [
        ...(looped.length > 0
          ? [
              {
                source: 'node conntrack-entries',
                at: of.at,
                says: `${looped.length} of the flows that failed lead from ${own} to ${own}`,
              },
            ]
          : []),
        ...(unmarked
          ? [{ source: 'node nat-rules', at: unmarked.at, says: 'nothing masquerades what kube-proxy has marked' }]
          : []),
        ...(missed === undefined ? [] : [{ source: 'client', at: of.at, says: missed }]),
      ],
      ruledOut: [{ what: 'dead-endpoint', because: `the backend that is missed is this pod, which is alive` }],
      missing: lackingNode(of, 'whether marked packets are masqueraded'),
      remedy: [
        '# The rules are kube-proxy’s own (KUBE-POSTROUTING; in nftables mode the chain masquerading). See what it says, and let it sync:',
        'kubectl --namespace kube-system get pods --selector k8s-app=kube-proxy -o wide',
        'kubectl --namespace kube-system delete pod KUBE-PROXY-OF-THIS-NODE',
        'iptables-save -t nat | grep KUBE-POSTROUTING; nft list chain ip kube-proxy masquerading',
        '# Where the bridge carries pods, their port has to let packets back (kubelet: hairpinMode):',
        'bridge -d link | grep hairpin',
      ],
    }),
  ]
}

/** An examination comes so long after a fault, ms. */
const patienceMs = 3000

function confidenceOf(
  looped: readonly unknown[],
  isUnmarked: boolean,
  missed: string | undefined,
): Finding['confidence'] {
  if (looped.length > 0 && isUnmarked)
    return { level: 'proven', because: 'the node leads the pod to itself, and has no rule to masquerade that' }
  if (looped.length > 0) return { level: 'likely', because: 'what failed was led from this pod to itself' }
  return { level: 'likely', because: missed ?? '' }
}

/** Only itself does it not meet any more, and that is no chance. */
function missesItself(of: Case, spell: Spell): string | undefined {
  const { callee, from, bad, good } = spell
  const servers = serversOf(of)
  const isOwn = ({ server }: Attempt) => {
    const known = servers.get(server ?? '')
    return known !== undefined && isOurselves(of, known)
  }
  const before = callee.attempts.filter(
    each => each.isNew && isHeard(each) && each.server !== undefined && each.sentAt < from,
  )
  const own = before.filter(isOwn).length
  const answered = good.filter(({ server }) => server !== undefined)
  if (own === 0 || answered.some(isOwn) || !bad.every(isSilent) || !isMixed(spell)) return undefined
  const chance = hypergeometricAtLeast(own, before.length, own, before.length + answered.length)
  return chance <= doubt
    ? `${own} of ${before.length} met this very pod before, and none of ${answered.length} since`
    : undefined
}

const lostIn = ({ attempts }: Callee, { from, to }: Spell): readonly Attempt[] =>
  attempts.filter(
    each => each.symptom && each.isNew && isSilent(each) && each.sentAt >= from - edgeMs && each.sentAt <= to + edgeMs,
  )

/** A busy process tells late of what it sent, ms. */
const edgeMs = 500
