import { answeredLines } from './attempt-lines.ts'
import { isHeard, isSilent } from './attempts.ts'
import type { Case } from './case.ts'
import { findingFrom } from './from-attempts.ts'
import { lackingNode } from './lacking.ts'
import type { Finding } from './rule.ts'
import { serversOf, serverWords } from './servers.ts'
import { lostIn, type Outage, outagesOf } from './silent-path.ts'
import { span } from './span.ts'

/** The Services among those that are shut while others are reached: what is wrong is wrong with them. */
export const shutServices = (of: Case): readonly Outage[] =>
  outagesOf(of).flatMap(outage => {
    const shuts = outage.shuts.filter(({ callee }) => callee.way !== 'direct')
    const reached = [...outage.elsewhere, ...outage.near].some(({ isNew }) => isNew)
    const isTheirs =
      reached && (outage.elsewhere.length > 0 || outage.oldHeard.length > 0) && outage.oldSilent.length === 0
    return shuts.length > 0 && isTheirs ? [{ ...outage, shuts }] : []
  })

/**
 * The family, where its mechanisms cannot be told apart: nothing new gets through to a Service, silently, though others are
 * reached, and even what was open goes on.
 */
export const deadBackend = (of: Case): Finding[] =>
  shutServices(of).map(outage => {
    const { shuts, elsewhere, near, oldHeard, from, to } = outage
    const lost = lostIn(of, outage)
    const hosts = shuts.map(({ callee }) => callee.host).join(', ')
    const straight = [...elsewhere, ...near].filter(each => each.isNew && isHeard(each))
    const servers = [...new Set(straight.map(({ server }) => server ?? ''))].flatMap(
      instance => serversOf(of).get(instance) ?? [],
    )
    return findingFrom(of, {
      only: 'family',
      says: `${lost.filter(isSilent).length} attempts to ${hosts} heard nothing for ${span(to - from)} while others were reached: the Service leads to nobody (its rules are missing, its traffic is dropped, or every backend is dead).`,
      bad: lost,
      good: [],
      meanwhile: outage,
      confidence: {
        level: 'possible',
        because: `${straight.length} new attempts that do not need the Service got through`,
      },
      evidence: [
        ...(servers.length > 0
          ? [{ source: 'client', at: of.at, says: `reached meanwhile: ${servers.map(serverWords).join(', ')}` }]
          : []),
        ...answeredLines(oldHeard, 'on flows from before', of.at),
      ],
      ruledOut: [
        { what: 'no-endpoints', because: 'nobody refuses' },
        { what: 'table-full', because: 'other new flows get through' },
        { what: 'forwarding-off', because: 'others are reached' },
      ],
      missing: lackingNode(of, 'whether the node has rules for this address, and where it leads'),
      remedy: [
        '# On this node: are there rules for the address, or a virtual server?',
        `iptables-save -t nat | grep -w '${shuts[0]?.callee.host}'; nft list ruleset | grep -w '${shuts[0]?.callee.host}'; ipvsadm -Ln`,
        '# None? Restart kube-proxy on this node; its log says why it does not sync.',
      ],
    })
  })
