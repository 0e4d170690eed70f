import type { Case } from '../case.ts'
import { sentIn } from '../questions.ts'
import { together } from '../one-finding.ts'
import { questionLines } from '../question-lines.ts'
import { defineRule, type Finding } from '../rule.ts'
import { span, spans } from '../span.ts'
import { addressOf } from '../deletions.ts'
import { othersMeanwhile } from './others.ts'
import { missesWith, type Slow, slowIn } from './slow.ts'

export const dnsSlow = defineRule({
  name: 'dns-slow',
  title: 'the DNS server answers, but too late',
  family: 'slow-dns',
  judge: of => together(slowIn(of).flatMap(slow => judgeOne(of, slow))),
})

function judgeOne(of: Case, slow: Slow): Finding[] {
  const explains = missesWith(of, slow)
  const others = othersMeanwhile(of, slow)
  // Where nobody else is quick either, it is the way there, or ourselves.
  if (explains.length === 0 || (others.quick.length === 0 && others.slow.length > 0)) return []
  const { target, late, given, from, to } = slow
  const asked = sentIn([...target.pinned, ...target.fresh], { from, to }).length
  const { host } = addressOf(target.called)
  return [
    {
      ...(others.quick.length === 0 && { only: 'family' as const }),
      says: `${target.called} answers, and too late: of ${given.length} questions that were given up ${late.length} were answered after ${spans(late)}.`,
      explains,
      of: Math.max(asked, explains.length),
      confidence:
        others.quick.length > 0
          ? {
              level: 'likely',
              because: `late answers are answers, and ${others.quick.slice(0, 3).join(', ')} answered soon meanwhile`,
            }
          : { level: 'possible', because: 'late answers are answers; whether the way there is slow cannot be told' },
      evidence: [
        ...questionLines(explains),
        { source: 'client', at: to, says: `${late.length} answers came late, after ${spans(late)}` },
        ...(others.quick.length > 0
          ? [
              {
                source: 'client',
                at: to,
                says: `${others.answers} answers of ${others.quick.slice(0, 4).join(', ')} came soon meanwhile`,
              },
            ]
          : []),
      ],
      ruledOut: [
        { what: 'packet-loss', because: 'what is lost does not come late' },
        { what: 'udp-stale-entry', because: 'who is led to nobody gets no answer at all' },
        { what: 'a-aaaa-race', because: 'questions from a port of their own are late, too' },
      ],
      missing:
        others.quick.length > 0
          ? []
          : [
              {
                what: 'another server to compare with',
                wouldTell: 'whether it is the server that is slow, or the way there',
              },
            ],
      remedy: [
        `# For ${span(to - from)} or more. Is the server throttled, short of CPU, or is its upstream slow?`,
        'kubectl -n kube-system top pods -l k8s-app=kube-dns',
        'kubectl -n kube-system logs -l k8s-app=kube-dns --tail=100 | grep -Ei "timeout|error"',
        `dig @${host} kubernetes.default.svc.cluster.local | grep "Query time"`,
        '# Raise its CPU limit or its replicas, let it cache (plugin cache), or run NodeLocal DNSCache.',
        `# Until then, in pods: options timeout:${Math.ceil(Math.max(...late) / 1000) + 1} in /etc/resolv.conf (dnsConfig.options); asking again sooner doubles its load.`,
      ],
    },
  ]
}
