import type { Question } from './case.ts'
import type { ProbeHistory } from './history.ts'
import { sentAt } from './questions.ts'

/** So exactly is a late answer's question told by when it was sent, ms: a busy process stamps late. */
const apartMs = 150

/** Questions that were given up, and answered after all: with how long it took, ms. */
export function lateAnswers({ asks, strays }: ProbeHistory): ReadonlyMap<Question, number> {
  const late = [...strays].flatMap(({ what, tookUs, at }) =>
    what === 'late' && tookUs !== undefined ? [{ sent: at - tookUs / 1000, tookMs: tookUs / 1000 }] : [],
  )
  const given = [...asks].filter(({ fate }) => fate === 'timeout')
  const matched = new Map<Question, number>()
  for (const { sent, tookMs } of late) {
    const near = given.filter(each => !matched.has(each) && Math.abs(sentAt(each) - sent) <= apartMs)
    const [nearest] = near.toSorted((a, b) => Math.abs(sentAt(a) - sent) - Math.abs(sentAt(b) - sent))
    if (nearest) matched.set(nearest, tookMs)
  }
  return matched
}
