import type { Question } from './case.ts'
import type { ProbeHistory } from './history.ts'
import { sentAt } from './questions.ts'

/** So exactly is a late answer's question told by when it was sent, ms: a busy process stamps late. */
const apartMs = 150

/** Questions that were given up, and answered after all: with how long it took, ms. Each answer is that of the oldest question it can be of. */
export function lateAnswers({ asks, strays }: ProbeHistory): ReadonlyMap<Question, number> {
  const late = [...strays]
    .flatMap(({ what, tookUs, at }) =>
      what === 'late' && tookUs !== undefined ? [{ sent: at - tookUs / 1000, tookMs: tookUs / 1000 }] : [],
    )
    .toSorted((a, b) => a.sent - b.sent)
  if (late.length === 0) return new Map()
  const given = [...asks].filter(({ fate }) => fate === 'timeout').toSorted((a, b) => sentAt(a) - sentAt(b))
  const matched = new Map<Question, number>()
  let at = 0
  for (const { sent, tookMs } of late) {
    while (at < given.length && sentAt(given[at] as Question) < sent - apartMs) at += 1
    const question = given[at]
    if (!question || sentAt(question) > sent + apartMs) continue
    matched.set(question, tookMs)
    at += 1
  }
  return matched
}
