import { hypergeometricAtLeast } from '../../stats/distribution/hypergeometric.ts'
import type { Case, Question } from '../case.ts'
import { lackingNode } from '../lacking.ts'
import { lateAnswers } from '../late.ts'
import { together } from '../one-finding.ts'
import { questionLines } from '../question-lines.ts'
import { sentIn } from '../questions.ts'
import { doubt } from '../repicked.ts'
import { conntrackRise } from '../rises.ts'
import { defineRule, type Finding } from '../rule.ts'
import { type Target, targetsOf } from '../targets.ts'
import { type Pair, pairsOf } from './pairs.ts'

export const aAaaaRace = defineRule({
  name: 'a-aaaa-race',
  title: 'A and AAAA race for one conntrack entry, and one of them is dropped',
  family: 'silent-path',
  judge: of => together(targetsOf(of).flatMap(target => judgeOne(of, target))),
})

/** Fewer are the network's ordinary loss. */
const least = 3

function judgeOne(of: Case, target: Target): Finding[] {
  const series = target.fresh.filter(({ of: { mode, kind } }) => kind === 'dns' && mode === 'pair')
  const pairs = series.flatMap(pairsOf)
  const odd = pairs.filter(({ lost }) => lost.length === 1)
  if (odd.length < least) return []
  const late = new Set(series.flatMap(port => [...lateAnswers(port).keys()]))
  const torn = odd.filter(({ lost }) => !lost.some(each => late.has(each)))
  const span = { from: Math.min(...torn.map(({ at }) => at)), to: Math.max(...torn.map(({ at }) => at)) }
  if (torn.length < least || pairs.some(pair => pair.lost.length === 2 && pair.at >= span.from && pair.at <= span.to))
    return []
  const single = sentIn([...target.pinned, ...target.fresh.filter(each => !series.includes(each))], span)
  const failed = { inserts: riseOf(of, 'insert_failed', span), drops: riseOf(of, 'drop', span) }
  const dropped = failed.inserts === undefined ? undefined : failed.inserts + (failed.drops ?? 0)
  const explains = torn.flatMap(({ lost }) => lost).filter(each => of.misses.includes(each))
  // While conntrack drops nothing it is not the race, whatever it looks like.
  if (explains.length === 0 || (dropped !== undefined && dropped * 2 < torn.length)) return []
  if (!isOfPairs(torn, pairs, single, span)) return []
  const inPairs = pairs.filter(({ at }) => at >= span.from && at <= span.to).length
  return [
    {
      says: `Of ${inPairs} pairs of A and AAAA to ${target.called} ${torn.length} lost one of the two, never both, and questions asked alone lost none: on the node the two race for one conntrack entry, and the loser is dropped. A resolver waits 5 s for it.`,
      explains,
      of: inPairs * 2,
      confidence:
        dropped === undefined
          ? { level: 'likely', because: 'one of two is lost and never both, and none that was asked alone' }
          : {
              level: 'proven',
              because: `conntrack on the node failed to insert ${failed.inserts ?? 0} entries meanwhile`,
            },
      evidence: [
        ...questionLines(explains),
        { source: 'client', at: span.to, says: `${single.length} questions asked alone were answered meanwhile` },
        ...counterLine(of, span),
      ],
      ruledOut: [
        { what: 'packet-loss', because: 'questions asked alone are not lost, and no pair lost both' },
        { what: 'dns-slow', because: 'the lost ones did not come late' },
        { what: 'udp-stale-entry', because: 'each pair has a port of its own' },
      ],
      missing: lackingNode(of, 'whether conntrack fails to insert entries (insert_failed) as often'),
      remedy: [
        '# Kernels from 5.1 on keep both packets: update the nodes. Until then, in pods (dnsConfig.options):',
        'options single-request-reopen',
        '# Or keep DNS away from conntrack: NodeLocal DNSCache asks upstream over TCP, and its own address has no NAT.',
        '# See it: insert_failed rises with each of them.',
        'conntrack -S | grep -o "insert_failed=[0-9]*"',
      ],
    },
  ]
}

/** Questions asked alone, to the same server, have to be spared: not only by chance. */
function isOfPairs(
  torn: readonly Pair[],
  pairs: readonly Pair[],
  single: readonly Question[],
  { from, to }: { readonly from: number; readonly to: number },
): boolean {
  const inPairs = 2 * pairs.filter(({ at }) => at >= from && at <= to).length
  const lostAlone = single.filter(({ fate }) => fate === 'timeout').length
  return (
    lostAlone === 0 &&
    hypergeometricAtLeast(torn.length, inPairs, torn.length + lostAlone, inPairs + single.length) <= doubt
  )
}

const riseOf = (of: Case, name: string, span: { readonly from: number; readonly to: number }): number | undefined =>
  conntrackRise(of, 'node', name, span)?.by

function counterLine(of: Case, span: { readonly from: number; readonly to: number }) {
  const inserts = conntrackRise(of, 'node', 'insert_failed', span)
  const clashes = conntrackRise(of, 'node', 'clash_resolve', span)
  return [
    ...(inserts ? [{ source: 'node conntrack', at: inserts.at, says: `insert_failed rose by ${inserts.by}` }] : []),
    ...(clashes ? [{ source: 'node conntrack', at: clashes.at, says: `clash_resolve rose by ${clashes.by}` }] : []),
  ]
}
