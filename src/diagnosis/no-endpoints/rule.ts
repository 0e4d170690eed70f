import { answeredLines, shareOf } from '../attempt-lines.ts'
import { type Attempt, isRefused } from '../attempts.ts'
import type { Case } from '../case.ts'
import { findingFrom } from '../from-attempts.ts'
import { haveAllLeft } from '../goodbyes.ts'
import { lackingCluster, lackingNode } from '../lacking.ts'
import { defineRule, type Finding } from '../rule.ts'
import { alikeIn, edgeMs, oldHeard, type Shut, shutsOf } from '../shut.ts'
import { type Emptiness, emptinessIn } from './emptiness.ts'
import { refusedOnTheWay } from './refusals.ts'
import { remedy } from './remedy.ts'

export const noEndpoints = defineRule({
  name: 'no-endpoints',
  title: 'a Service has no endpoints',
  family: 'dead-backend',
  judge: of =>
    shutsOf(of)
      .filter(({ callee }) => callee.way !== 'direct')
      .flatMap(shut => judge(of, shut)),
})

function judge(of: Case, shut: Shut): Finding[] {
  const emptiness = emptinessIn(of, shut)
  const refused = shut.bad.filter(isRefused).length
  if (refused === 0 && emptiness.length === 0) return []
  const onTheWay = refusedOnTheWay(of, shut)
  const old = oldHeard(shut)
  const planned = haveAllLeft(of, shut.callee, shut.from)
  return [
    findingFrom(of, {
      says: `${shareOf(shut.bad, [])} new attempts to ${shut.callee.host} fail, ${refused} refused at once: ${words(emptiness, onTheWay)}.`,
      ...(planned && { planned }),
      ...(emptiness.length === 0 && onTheWay === undefined && { only: 'family' }),
      bad: [
        ...resetBefore(shut),
        ...alikeIn(shut, each => each.isNew || each.fate === 'reset' || each.fate === 'refused' || isAsked(each)),
      ],
      good: [],
      meanwhile: shut,
      confidence: confidenceOf(emptiness, onTheWay),
      evidence: [...unique(emptiness), ...answeredLines(old, 'from ports it knew')],
      ruledOut: [
        ...(onTheWay === undefined ? [] : [{ what: 'a server whose process is gone', because: onTheWay }]),
        ...(refused > 0 ? [{ what: 'rules-missing', because: 'without rules nobody would refuse' }] : []),
      ],
      missing:
        emptiness.length > 0
          ? []
          : [
              ...lackingNode(of, 'whether the node has a backend for this address'),
              ...lackingCluster(of, 'whether the Service has a ready endpoint'),
            ],
      remedy: remedy(shut.callee.host, emptiness),
    }),
  ]
}

/**
 * A port that keeps asking is as new as any once its entry is deleted or forgotten; what the node is not allowed to refuse it
 * any more (icmp_ratelimit) is silence.
 */
const isAsked = ({ symptom }: Attempt): boolean => symptom?.type === 'asked'

/** IPVS takes its entries along when the last server goes: whoever speaks next is reset, and then refused. */
const resetBefore = ({ callee, from }: Shut): readonly Attempt[] =>
  callee.attempts.filter(
    ({ symptom, fate, isNew, sentAt }) =>
      symptom && fate === 'reset' && !isNew && sentAt >= from - reconnectMs && sentAt < from - edgeMs,
  )

/** From the reset to the first refusal. */
const reconnectMs = 30_000

function confidenceOf(emptiness: readonly Emptiness[], onTheWay: string | undefined): Finding['confidence'] {
  const [first] = emptiness
  if (first) return { level: 'proven', because: `${first.source}: ${first.says}` }
  if (onTheWay !== undefined) return { level: 'likely', because: onTheWay }
  return { level: 'possible', because: 'all that is new is refused; who refuses is not known' }
}

function words([first]: readonly Emptiness[], onTheWay: string | undefined): string {
  if (first) return first.says
  return onTheWay === undefined
    ? 'the Service has no endpoints, or no server listens'
    : 'the Service has no endpoints, and the node says so'
}

/** The first word of each source about each address. */
const unique = (all: readonly Emptiness[]): readonly Emptiness[] =>
  [...Map.groupBy(all, ({ by, called }) => `${by} ${called}`).values()].flatMap(([first]) => first ?? [])
