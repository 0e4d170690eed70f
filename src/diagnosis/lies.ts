import { isOfNames } from './by-name.ts'
import type { Case, Question } from './case.ts'
import type { ProbeHistory } from './history.ts'
import { perCase } from './per-case.ts'
import { isTelling, sentAt } from './questions.ts'
import type { Meanwhile } from './rises.ts'

/** Fewer are no pattern. */
const least = 4
/** Of what was given up, so much has to be met by an answer that was set aside: the last of them are told a second late. */
const leastSetAside = 0.6

/** Broken answers; silence, where answers came that were set aside; and the wrong sender, where it depends on what is asked. */
export function liesTo(of: Case, port: ProbeHistory): readonly Question[] {
  if (port.of.mode === 'resolver') return []
  const asks = [...port.asks].filter(isTelling)
  const broken = asks.filter(({ fate }) => fate === 'wrong-reply')
  const strangers = asks.filter(({ fate }) => fate === 'wrong-source')
  const unread = asks.filter(isUnread)
  return [
    ...(isSetAside(port, unread) ? unread : broken),
    ...(strangers.length >= least && isOfNames(of, port, strangers, spanOf(strangers)) ? strangers : []),
  ]
}

/** DNS ports whose silence was no silence: something came nearly each time, and was set aside. One broken answer is none of that. */
export const liedTo = perCase(
  (of: Case): ReadonlySet<unknown> =>
    new Set(
      of.probes.filter(port => {
        const unread = [...port.asks].filter(each => isTelling(each) && isUnread(each))
        return (
          port.of.kind === 'dns' && port.of.mode !== 'resolver' && unread.length >= least && isSetAside(port, unread)
        )
      }),
    ),
)

const isUnread = ({ fate }: Question): boolean => fate === 'wrong-reply' || fate === 'timeout'

/** Strays are told in sums, up to a second late. */
const laterMs = 2000

function isSetAside({ strays }: ProbeHistory, unread: readonly Question[]): boolean {
  if (unread.length === 0) return false
  const { from, to } = spanOf(unread)
  const aside = [...strays]
    .filter(({ what, at }) => (what === 'foreign' || what === 'malformed') && at >= from && at <= to + laterMs)
    .reduce((sum, { count = 1 }) => sum + count, 0)
  return aside >= leastSetAside * unread.length
}

function spanOf(questions: readonly Question[]): Meanwhile {
  const sent = questions.map(sentAt)
  return { from: Math.min(...sent), to: Math.max(...sent) }
}
