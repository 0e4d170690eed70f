import { answeredLines } from '../attempt-lines.ts'
import { natRules } from '../../evidence/nat-rules/facts.ts'
import { ipvs } from '../../evidence/ipvs/facts.ts'
import { canonical } from '../../evidence/tuple.ts'
import { isSilent } from '../attempts.ts'
import type { Case } from '../case.ts'
import { deadBackend } from '../dead-backend.ts'
import { findingFrom } from '../from-attempts.ts'
import { leadOf } from '../leads.ts'
import { defineRule, type Finding } from '../rule.ts'
import { alikeIn, knownBy, oldHeard, type Shut, shutsOf } from '../shut.ts'

export const rulesMissing = defineRule({
  name: 'rules-missing',
  title: 'the rules of Services are gone from the node',
  family: 'dead-backend',
  judge: of => [...shutsOf(of).flatMap(shut => judge(of, shut)), ...deadBackend(of)],
})

/** An examination comes so long after a fault, ms. */
const patienceMs = 2000

function judge(of: Case, shut: Shut): Finding[] {
  if (!shut.bad.every(isSilent)) return []
  const untranslated = shut.bad.flatMap(attempt => {
    const lead = leadOf(of, attempt)
    return lead?.backend === shut.callee.host ? [lead] : []
  })
  const gone = withoutRules(of, shut)
  if (!gone || untranslated.length === 0) return []
  const old = oldHeard(shut)
  const { host } = shut.callee
  return [
    findingFrom(of, {
      says: `${shut.bad.length} new attempts to ${host} heard nothing: ${gone.says}, so nobody leads them to a server.`,
      bad: alikeIn(shut, each => each.isNew && isSilent(each)),
      good: [],
      meanwhile: shut,
      confidence: {
        level: gone.all ? 'proven' : 'likely',
        because: `${gone.says}, and ${untranslated.length} flows that were looked up are not translated`,
      },
      evidence: [
        { source: 'node nat-rules', at: gone.at, says: gone.says },
        {
          source: 'node conntrack-entries',
          at: Math.max(...untranslated.map(({ at }) => at)),
          says: `${untranslated.length} flows await their answer from ${host} itself`,
        },
        ...answeredLines(old, 'on flows from before', of.at),
      ],
      ruledOut: [
        { what: 'no-endpoints', because: 'a rule for that would refuse, or be there' },
        { what: 'dead-endpoint', because: 'these flows are led to no backend at all' },
      ],
      missing: [],
      remedy: [
        '# kube-proxy puts them back at its next full sync; make it sync now, and read its log:',
        'kubectl --namespace kube-system get pods --selector k8s-app=kube-proxy -o wide',
        'kubectl --namespace kube-system delete pod KUBE-PROXY-OF-THIS-NODE',
        '# What flushed them? firewalld or ufw reloads, iptables-restore, nft flush ruleset: look at what was restarted.',
        '# What was asked meanwhile from ports that go on asking stays untranslated until its entry goes:',
        `conntrack -D -p udp --orig-dst ${host} --reply-src ${host}`,
      ],
    }),
  ]
}

/** The node could be asked for its rules, and has none: for no Service (`all`), or for this one. */
function withoutRules(
  of: Case,
  shut: Shut,
): { readonly at: number; readonly says: string; readonly all: boolean } | undefined {
  const { host, way } = shut.callee
  const [from, to] = [shut.from, knownBy(shut) + patienceMs]
  const isHere = ({ address }: { readonly address: string }) => canonical(address) === host
  const balanced = of.facts.all(ipvs, 'node').some(({ value }) => value.services.some(isHere))
  const read = of.facts
    .all(natRules, 'node')
    .find(
      ({ at, value: { services, serviceRules, unread } }) =>
        at >= from && at <= to && serviceRules !== undefined && unread === undefined && !services.some(isHere),
    )
  if (!read || balanced) return undefined
  if (read.value.serviceRules === false)
    return { at: read.at, says: 'the node has no rules for any Service', all: true }
  return way === 'service'
    ? { at: read.at, says: `the node has rules for Services, and none for ${host}`, all: false }
    : undefined
}
