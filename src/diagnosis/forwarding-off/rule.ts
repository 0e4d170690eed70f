import { netstat } from '../../evidence/netstat/facts.ts'
import { type Attempt, attemptsOf, isHeard, isSilent, isTelling } from '../attempts.ts'
import { spellOf, within } from '../callees.ts'
import type { Case } from '../case.ts'
import { type Forwarding, forwardingOf, isNodesNetwork, strandedIn } from '../forwarding.ts'
import { findingFrom } from '../from-attempts.ts'
import type { Meanwhile } from '../rises.ts'
import { defineRule, type Finding } from '../rule.ts'
import { isNeighbour, serversOf } from '../servers.ts'
import { span } from '../span.ts'

export const forwardingOff = defineRule({
  name: 'forwarding-off',
  title: 'the node does not pass packets on',
  family: 'silent-path',
  judge: of => (isNodesNetwork(of) ? [] : offTimes(of).flatMap(time => judge(of, time))),
})

/** A time in which the node was seen not to forward. */
interface Off extends Meanwhile {
  readonly first: Forwarding & { readonly off: string }
}

/** From the last look at which it did, to the next. */
function offTimes(of: Case): readonly Off[] {
  const looks = forwardingOf(of)
  const times: Off[] = []
  for (const [i, look] of looks.entries()) {
    const { off } = look
    if (off === undefined || looks[i - 1]?.off !== undefined) continue
    const next = looks.slice(i).find(each => each.off === undefined)
    const from = looks[i - 1]?.at ?? -Infinity
    times.push({ from, to: next?.at ?? Infinity, first: { ...look, off } })
  }
  return times
}

function judge(of: Case, time: Off): Finding[] {
  const began = Math.max(time.from, lastHeardElsewhere(of, time.first.at))
  const silent = attemptsOf(of).filter(
    each => isTelling(each) && isSilent(each) && each.sentAt >= began - edgeMs && each.sentAt <= time.to,
  )
  const spell = spellOf(silent)
  if (!spell) return []
  const heard = heardElsewhere(of, { from: Math.max(spell.from, time.first.at), to: Math.min(spell.to, time.to) })
  const known = Math.max(...silent.map(({ symptom }) => symptom?.at ?? 0))
  // What is told while the node is read may be younger than its words.
  const read = of.facts.newest(netstat, 'node')?.at ?? known
  const stranded = strandedIn(of, { from: spell.from, to: Math.min(known, read, time.to) })
  // Something gets through to other nodes, or nothing is stranded: our packets do not need this to be on.
  const isGlobal = time.first.off === 'net.ipv4.ip_forward'
  const isEnough = isGlobal || (stranded?.by ?? 0) * 2 >= silent.length
  if (heard * 4 > silent.length || !isEnough) return []
  const doubtful = attemptsOf(of).filter(
    each =>
      each.symptom &&
      each.isDoubtful &&
      isSilent(each) &&
      each.sentAt >= spell.from - edgeMs &&
      each.sentAt <= spell.to + edgeMs,
  )
  return [
    findingFrom(of, {
      says: `${silent.length} attempts to reach others heard nothing for ${span(spell.to - spell.from)}: this node does not pass packets on (${time.first.says}).`,
      bad: [...silent, ...doubtful],
      good: [],
      meanwhile: spell,
      confidence: stranded
        ? { level: 'proven', because: `${time.first.says}, and ${stranded.says}` }
        : { level: 'likely', because: `${time.first.says}; how many packets were stranded is not known` },
      evidence: [time.first, ...(stranded ? [stranded] : [])],
      ruledOut: [
        { what: 'black-hole', because: 'this node itself drops them' },
        { what: 'table-full', because: 'connections that were open fell silent, too' },
      ].slice(0, silent.some(({ isNew }) => !isNew) ? 2 : 1),
      missing: stranded
        ? []
        : [{ what: 'the counters of the node (netstat)', wouldTell: 'whether Ip.InAddrErrors rises' }],
      remedy: remedy(time.first.off),
    }),
  ]
}

const edgeMs = 500

/** Answers from other nodes. */
function heardElsewhere(of: Case, meanwhile: Meanwhile): number {
  return within(attemptsOf(of).filter(isHeard), meanwhile).filter(each => isElsewhere(of, each)).length
}

/** Until then it was on, whatever was not looked at. */
const lastHeardElsewhere = (of: Case, before: number): number =>
  within(attemptsOf(of).filter(isHeard), { from: -Infinity, to: before }).findLast(each => isElsewhere(of, each))
    ?.sentAt ?? -Infinity

function isElsewhere(of: Case, { server }: Attempt): boolean {
  const known = serversOf(of).get(server ?? '')
  return known?.node !== undefined && !isNeighbour(of, known)
}

const remedy = (off: string): readonly string[] => [
  '# On this node, now:',
  `sysctl -w ${off}=1`,
  '# For good; and find out who set it to 0: a network restart, a hardening profile, systemd-networkd (IPForward=).',
  `echo '${off} = 1' > /etc/sysctl.d/99-forwarding.conf`,
]
