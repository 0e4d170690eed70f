import { answeredLines } from '../attempt-lines.ts'
import { conntrack } from '../../evidence/conntrack/facts.ts'
import { type Attempt, attemptsOf, isHeard, isSilent, isTelling } from '../attempts.ts'
import { spellOf, within } from '../callees.ts'
import type { Case } from '../case.ts'
import { findingFrom } from '../from-attempts.ts'
import type { Meanwhile } from '../rises.ts'
import { defineRule, type Finding } from '../rule.ts'
import { type Fullness, fullnessIn } from './fullness.ts'

/** Fewer failures than this are no pattern. */
const least = 3

export const tableFull = defineRule({
  name: 'table-full',
  title: 'the conntrack table of the node is full',
  family: 'silent-path',
  judge(of) {
    const all = attemptsOf(of).filter(({ isNew }) => isNew)
    const spell = spellOf(all.filter(isLost))
    const full = spell && fullnessIn(of, { from: spell.from, to: Math.max(...all.filter(isLost).map(knownAt)) })
    if (!full) return []
    const time = { from: full.from - edgeMs, to: full.to + edgeMs }
    const lost = all.filter(each => isLost(each) && isIn(each, time))
    const got = within(all.filter(isHeard), spellOf(lost) ?? time)
    const enough = lost.length >= least && got.length * 4 <= lost.length && full.dropped * 2 >= lost.length
    return enough ? [findingOf(of, full, lost, got)] : []
  },
})

const isLost = (each: Attempt): boolean => isTelling(each) && isSilent(each)
const knownAt = ({ symptom }: Attempt): number => symptom?.at ?? 0
const isIn = ({ sentAt }: Attempt, { from, to }: Meanwhile): boolean => sentAt >= from && sentAt <= to
/** A busy process tells late of what it sent, ms. */
const edgeMs = 1000

function findingOf(of: Case, full: Fullness, lost: readonly Attempt[], got: readonly Attempt[]): Finding {
  const spell = spellOf(lost) ?? full
  const old = within(
    attemptsOf(of).filter(each => !each.isNew && isHeard(each)),
    spell,
  )
  const doubtful = attemptsOf(of).filter(
    each =>
      each.isNew &&
      each.symptom &&
      each.isDoubtful &&
      isSilent(each) &&
      isIn(each, { from: spell.from - edgeMs, to: spell.to + edgeMs }),
  )
  const early = of.facts.newest(conntrack, 'node')?.value.counters['early_drop']
  return findingFrom(of, {
    says: `${lost.length} of ${lost.length + got.length} new attempts heard nothing, to whomever: the conntrack table of this node is full (${full.max} entries), and what is new is dropped.`,
    bad: [...lost, ...doubtful],
    good: got,
    meanwhile: spell,
    confidence: { level: 'proven', because: full.says },
    evidence: [
      full,
      ...(early === undefined
        ? []
        : [
            {
              source: full.source,
              at: full.at,
              says: `early_drop = ${early}: so many entries were given up for new ones`,
            },
          ]),
      ...answeredLines(old, 'on flows from before'),
    ],
    ruledOut: [
      ...(old.length > 0 ? [{ what: 'forwarding-off', because: 'flows from before go on' }] : []),
      { what: 'a table that is full and may give up entries', because: `${full.dropped} packets were dropped` },
    ],
    missing: [],
    remedy: [
      '# On this node, now; each entry takes some 300 bytes:',
      `sysctl -w net.netfilter.nf_conntrack_max=${2 * full.max}`,
      `# For good (kube-proxy sets it, by cores): conntrack.maxPerCore, conntrack.min. And a bucket for every four entries:`,
      `echo ${Math.ceil(full.max / 2)} > /sys/module/nf_conntrack/parameters/hashsize`,
      '# Who opens so many? The sources with the most entries:',
      "conntrack -L 2>/dev/null | grep -o -m1000000 'src=[^ ]*' | sort | uniq -c | sort -rn | head",
    ],
  })
}
