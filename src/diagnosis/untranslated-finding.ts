import type { EvidenceLine, Verdict } from '../outcome/verdict.ts'
import type { Case, Question } from './case.ts'
import { questionLines } from './question-lines.ts'
import { isHeard, sentIn } from './questions.ts'
import type { Finding } from './rule.ts'
import { missesSince, type Untranslated } from './untranslated.ts'

/** What is said alike of every entry from before its Service. */
export function untranslatedFinding(
  of: Case,
  all: readonly Untranslated[],
  more: Pick<Finding, 'says' | 'missing' | 'remedy'> & {
    readonly variant?: string
    readonly evidence?: readonly EvidenceLine[]
    readonly ruledOut?: Verdict['ruledOut']
  },
): Finding[] {
  const explains = [...new Set(all.flatMap(({ target, stretch }) => missesSince(of, target, stretch)))]
  const [first] = all
  if (!first || explains.length === 0) return []
  const { variant, says, evidence = [], ruledOut = [], missing, remedy } = more
  const heard = heardMeanwhile(all)
  return [
    {
      ...(variant !== undefined && { variant }),
      says,
      explains,
      of: explains.length,
      confidence: {
        level: 'proven',
        because: `the entry of ${first.stretch.flow.local} translates nothing, where new flows are led to ${first.sighting.served.backends.slice(0, 3).join(', ')}`,
      },
      evidence: [
        ...questionLines(explains),
        {
          source: 'client',
          at: first.stretch.to,
          says: `${heard.length} questions from new ports were answered meanwhile`,
        },
        ...all.flatMap(sightingLines),
        ...evidence,
      ],
      ruledOut: [
        { what: 'dead-endpoint', because: 'the entry leads to no endpoint at all' },
        ...(heard.length > 0 ? [{ what: 'packet-loss', because: 'new ports lost nothing' }] : []),
        ...ruledOut,
      ],
      missing,
      remedy,
    },
  ]
}

const heardMeanwhile = (all: readonly Untranslated[]): readonly Question[] => [
  ...new Set(all.flatMap(({ target, stretch }) => sentIn(target.fresh, stretch).filter(isHeard))),
]

const sightingLines = ({ stretch: { flow }, sighting: { led, served } }: Untranslated): readonly EvidenceLine[] => [
  {
    source: 'node conntrack-entries',
    at: led.at,
    says: `${flow.local} to ${flow.remote}: answers are awaited from ${led.to} itself${led.entry.unreplied ? ', and none ever came' : ''}`,
  },
  {
    source: served.source,
    at: served.at,
    says: `${flow.remote} is served by ${served.backends.slice(0, 4).join(', ')}`,
  },
]
