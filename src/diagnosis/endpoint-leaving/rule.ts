import { binomialAtLeast } from '../../stats/distribution/binomial.ts'
import type { Case, Question } from '../case.ts'
import type { ProbeHistory } from '../history.ts'
import { lackingNode } from '../lacking.ts'
import { questionLines } from '../question-lines.ts'
import { isHeard, missesOf, sentAt, sentIn } from '../questions.ts'
import { defineRule, type Finding } from '../rule.ts'
import { span } from '../span.ts'
import { type Target, targetsOf } from '../targets.ts'
import { type Leaving, type Members, membersOf } from './leaving.ts'

export const endpointLeaving = defineRule({
  name: 'endpoint-leaving',
  title: 'an endpoint was leaving as it was asked',
  family: 'ended',
  judge: of => targetsOf(of).flatMap(target => findingOf(of, target) ?? []),
  isRefuted: of => targetsOf(of).some(target => goesOn(of, target, membersOf(of, target.called)?.leaving ?? [])),
})

/** That so many are led to those few by luck must not be more improbable. */
const doubt = 0.001

/** What was not heard while an endpoint of what was asked was leaving, and only then. */
function findingOf(of: Case, target: Target): Finding | undefined {
  const members = membersOf(of, target.called)
  if (!members || goesOn(of, target, members.leaving)) return undefined
  const { service, leaving, at } = members
  const series = [...target.fresh, ...target.pinned, ...target.lookups]
  const explains = unheardIn(of, series).filter(isWhile(leaving))
  const gone = leaving.filter(each => explains.some(isWhile([each])))
  const times = explains.map(sentAt)
  const asked = sentIn(series, { from: Math.min(...times), to: Math.max(...times) })
  if (explains.length === 0 || !isTheirPart(members, gone.length, asked, explains)) return undefined
  const ready = `${(service.endpoints ?? []).filter(each => each.ready).length} endpoints of ${service.name} are ready`
  return {
    planned: true,
    says: `${explains.length} of ${asked.length} questions to ${target.called} were not answered while ${gone.map(({ who }) => who).join(', ')} was leaving it; ${ready}.`,
    explains,
    of: asked.length,
    confidence: { level: 'likely', because: 'they fall into its termination, and nothing is missing outside of it' },
    evidence: [
      ...questionLines(explains),
      ...gone.map(({ who, at, what }) => ({ source: 'cluster kubernetes', at, says: `${who}: ${what}` })),
      { source: 'cluster kubernetes', at, says: ready },
    ],
    ruledOut: [
      { what: 'dead-endpoint', because: 'it was on its way out, and nothing was missed once it was gone' },
      { what: 'packet-loss', because: 'nothing was missed before or afterwards' },
    ],
    missing: lackingNode(of, 'whether conntrack led these questions to the endpoint that was leaving'),
    remedy: remedy(service.name, Math.max(...explains.map(({ tookUs }) => tookUs / 1000))),
  }
}

const always = { from: -Infinity, to: Infinity }

const remedy = (service: string, waitedMs: number): readonly string[] => [
  `# It is over by itself. Where it hurts (each cost ${span(waitedMs)}), pods of ${service} should answer on for some seconds after`,
  '# they are told to end, until all nodes have heard of it: by a preStop hook that sleeps, and CoreDNS by this line of its Corefile:',
  'health { lameduck 15s }',
  '# How long nodes take to hear of it:',
  'curl -s http://NODE:10249/metrics | grep kubeproxy_network_programming_duration_seconds',
]

const unheardIn = (of: Case, series: readonly ProbeHistory[]): readonly Question[] =>
  series.flatMap(port => missesOf(of, port, always)).filter(question => !isHeard(question))

const isWhile =
  (leaving: readonly Leaving[], more = 0) =>
  (question: Question) =>
    leaving.some(({ spells }) =>
      spells.some(({ from, to }) => sentAt(question) >= from - more && sentAt(question) <= to + more),
    )

/** For so long before and after it nothing may be missing, ms. */
const calmMs = 60_000

/** Something was missing shortly before or after: whatever it was, it was not their leaving. */
const goesOn = (of: Case, { fresh, pinned }: Target, leaving: readonly Leaving[]): boolean =>
  unheardIn(of, [...fresh, ...pinned]).some(each => isWhile(leaving, calmMs)(each) && !isWhile(leaving)(each))

/** Led anew, and by itself: not as the last question of its port was, and not several in one as a lookup. */
const isNew = ({ mode }: Question): boolean => mode !== 'pinned' && mode !== 'resolver'

/** No more of the new flows were lost than are led to so many of all endpoints. */
function isTheirPart(
  { service, leaving }: Members,
  gone: number,
  asked: readonly Question[],
  missed: readonly Question[],
): boolean {
  if (service.affinity) return true // all of ours are led to one
  const all = Math.max(service.endpoints?.length ?? 0, leaving.length)
  return binomialAtLeast(missed.filter(isNew).length, asked.filter(isNew).length, gone / all) > doubt
}
