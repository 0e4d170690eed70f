import { defineRule } from '../rule.ts'
import { span } from '../span.ts'
import { lackingKubeProxy } from '../lacking.ts'
import { isOfNodePort } from '../node-ports.ts'
import { notCleaned } from '../not-cleaned.ts'
import { deletions, serviceDeletion } from '../deletions.ts'
import { untranslatedIn } from '../untranslated.ts'
import { untranslatedFinding } from '../untranslated-finding.ts'

export const udpBeforeRules = defineRule({
  name: 'udp-before-rules',
  title: 'a UDP port asked before the Service’s rules were there, and still pays for it',
  family: 'stale-flow',
  judge(of) {
    const all = untranslatedIn(of).filter(({ stretch: { flow } }) => !isOfNodePort(of, flow))
    const [first] = all
    if (!first) return []
    const { flow, from, to } = first.stretch
    const reason = notCleaned(of, 'came', from)
    const who =
      all.length === 1 ? `The UDP port ${flow.local} was` : `${all.length} UDP ports (${flow.local}, ...) were`
    return untranslatedFinding(of, all, {
      says: `${who} not answered for ${span(to - from)} while new ports were: the conntrack entry was made before ${flow.remote} had rules, translates nothing, and lives as long as somebody asks${reason ? `; ${reason.says}` : ''}.`,
      evidence: reason ? [reason.line] : [],
      ruledOut: [
        {
          what: 'udp-stale-entry',
          because: 'it leads to no server, old or new: the reply is awaited from the Service’s own address',
        },
      ],
      missing: lackingKubeProxy(of),
      remedy: [
        ...deletions(all.map(({ stretch }) => serviceDeletion(stretch.flow.remote))),
        '# Or let the port be silent for longer than net.netfilter.nf_conntrack_udp_timeout; asking keeps the entry alive.',
        '# Next time: start the client when the Service has its endpoints.',
        ...(reason?.remedy ?? []),
      ],
    })
  },
})
