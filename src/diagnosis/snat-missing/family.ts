import { answeredLines } from '../attempt-lines.ts'
import type { Case } from '../case.ts'
import { findingFrom } from '../from-attempts.ts'
import { lackingNode } from '../lacking.ts'
import type { Finding } from '../rule.ts'
import { lostIn, outagesOf } from '../silent-path.ts'
import { span } from '../span.ts'

/**
 * The family, where its mechanism cannot be seen: nothing new gets through to somebody who is called straight, while what
 * was open to him goes on and others are reached. What lives on is what conntrack remembers.
 */
export const oldGoOn = (of: Case): Finding[] =>
  outagesOf(of).flatMap(outage => {
    const shuts = outage.shuts.filter(({ callee }) => callee.way === 'direct')
    const { oldHeard, oldSilent, elsewhere, near, from, to } = { ...outage }
    const others = [...elsewhere, ...near].filter(({ isNew }) => isNew)
    if (shuts.length === 0 || oldHeard.length === 0 || oldSilent.length > 0 || others.length === 0) return []
    const lost = lostIn(of, { ...outage, shuts }).filter(({ isNew }) => isNew)
    const hosts = shuts.map(({ callee }) => callee.host).join(', ')
    return [
      findingFrom(of, {
        only: 'family',
        says: `${lost.length} new attempts to ${hosts} heard nothing for ${span(to - from)}, while flows from before went on and others were reached: their source is not translated any more, or somebody outside drops what is new.`,
        bad: lost,
        good: [],
        meanwhile: outage,
        confidence: {
          level: 'possible',
          because: `${oldHeard.length} attempts on flows from before and ${others.length} new ones to others were answered meanwhile`,
        },
        evidence: answeredLines(oldHeard, 'on flows from before', of.at),
        ruledOut: [
          { what: 'table-full', because: 'new attempts to others get through' },
          { what: 'peer-died', because: 'flows from before go on' },
          { what: 'forwarding-off', because: 'flows from before go on' },
        ],
        missing: lackingNode(of, 'with which source address these flows leave, and which rules masquerade them'),
        remedy: [
          '# On this node: is there a rule that masquerades what we send outside?',
          'iptables-save -t nat | grep -E "MASQUERADE|SNAT"; nft list ruleset | grep -E "masquerade|snat"',
          `conntrack -L --orig-dst ${shuts[0]?.callee.host} 2>/dev/null | grep UNREPLIED`,
        ],
      }),
    ]
  })
