import type { Case } from '../case.ts'
import type { Finding } from '../rule.ts'
import { isOfNodePort } from '../node-ports.ts'
import { span } from '../span.ts'
import { untranslatedIn } from '../untranslated.ts'
import { untranslatedFinding } from '../untranslated-finding.ts'
import { lackingKubeProxy } from '../lacking.ts'
import { notCleaned } from '../not-cleaned.ts'
import { deletions, serviceDeletion } from '../deletions.ts'

/** A node port was asked before its Service was there: its entry ends at the node itself, where nobody listens. */
export function nodePort(of: Case): Finding[] {
  const all = untranslatedIn(of).filter(({ stretch: { flow } }) => isOfNodePort(of, flow))
  const [first] = all
  if (!first) return []
  const { flow, from, to } = first.stretch
  const reason = notCleaned(of, 'came', from)
  return untranslatedFinding(of, all, {
    variant: 'node-port',
    says: `The UDP port ${flow.local} was refused or not answered for ${span(to - from)} by the node port ${flow.remote}: its conntrack entry is older than the Service and ends at the node itself${reason ? `; ${reason.says}` : ''}.`,
    evidence: reason ? [reason.line] : [],
    missing: lackingKubeProxy(of),
    remedy: [
      ...deletions(all.map(({ stretch }) => serviceDeletion(stretch.flow.remote))),
      '# Or let the port be silent for longer than net.netfilter.nf_conntrack_udp_timeout; asking keeps the entry alive.',
      ...(reason?.remedy ?? []),
    ],
  })
}
