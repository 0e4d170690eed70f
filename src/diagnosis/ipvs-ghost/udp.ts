import type { Case } from '../case.ts'
import { questionLines } from '../question-lines.ts'
import { isHeard, missesOf, sentIn } from '../questions.ts'
import type { Finding } from '../rule.ts'
import { span } from '../span.ts'
import { hasOthers, realServerDeletions } from '../weightless.ts'
import { askingIn } from './asking.ts'

/** UDP ports that keep asking a dead server: each question gives the entry its full time again. */
export function udp(of: Case): Finding[] {
  const all = askingIn(of)
  const [first] = all
  const explains = all.flatMap(({ stretch }) => missesOf(of, stretch.port, stretch.whole))
  if (!first || explains.length === 0) return []
  const { stretch, ghost } = first
  const heard = new Set(all.flatMap(each => sentIn(each.target.fresh, each.stretch).filter(isHeard))).size
  return [
    {
      variant: 'udp',
      says: `${all.length === 1 ? `The UDP port ${stretch.flow.local}` : `${all.length} UDP ports (${stretch.flow.local}, ...)`} heard nothing for ${span(stretch.to - stretch.from)} while new ports were answered: IPVS leads it to ${ghost.real}, which has weight 0 and is dead, for as long as it keeps asking.`,
      explains,
      of: explains.length,
      confidence: { level: 'proven', because: `the IPVS entry of the port leads to ${ghost.real}, whose weight is 0` },
      evidence: [
        ...questionLines(explains),
        { source: 'client', at: stretch.to, says: `${heard} questions from new ports were answered meanwhile` },
        ...all.map(each => ({
          source: 'node ipvs',
          at: each.ghost.at,
          says: `${each.stretch.flow.local} to ${each.ghost.virtual} is led to ${each.ghost.real}: weight 0, ${each.ghost.destination.inactive} entries`,
        })),
      ],
      ruledOut: [
        { what: 'udp-stale-entry', because: 'IPVS leads this address, not a rule of NAT' },
        { what: 'dead-endpoint', because: 'a server of weight 0 gets nothing new' },
        ...(hasOthers(ghost) ? [{ what: 'no-endpoints', because: 'other servers have weight' }] : []),
      ],
      missing: [],
      remedy: [
        '# Take the dead server out; with expire_nodest_conn=1 the next question is answered by another:',
        ...realServerDeletions(all.map(each => each.ghost)),
        '# Neither expire_nodest_conn nor expire_quiescent_template helps while it is there with weight 0.',
        '# kube-proxy deletes real servers of UDP at once since kubernetes#77802 (2019): who left this one?',
      ],
    },
  ]
}
