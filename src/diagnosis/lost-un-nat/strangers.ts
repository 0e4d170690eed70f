import { isOfNames } from '../by-name.ts'
import type { Case, Question } from '../case.ts'
import { perCase } from '../per-case.ts'
import { missesOf, sentAt, sentIn } from '../questions.ts'
import { type Target, targetsOf } from '../targets.ts'

/** Answers that came from another address than was asked. */
export interface Strangers {
  readonly target: Target
  readonly wrong: readonly [Question, ...Question[]]
  /** Who answered: addresses. */
  readonly by: readonly string[]
  /** Answers from the address that was asked meanwhile. */
  readonly right: number
  readonly from: number
  readonly to: number
}

/** Fewer may come from a server that was restarted, or moved, in that moment. */
const least = 4

export const strangersIn = perCase((of: Case): readonly Strangers[] =>
  targetsOf(of).flatMap(target => {
    const wrong = [...target.pinned, ...target.fresh].flatMap(port => {
      const own = [...port.asks].filter(({ fate, by }) => fate === 'wrong-source' && by !== undefined)
      // What depends on the name is no matter of addresses.
      return own.length > 0 && isOfNames(of, port, own, spanOf(own)) ? [] : own
    })
    const [first, ...rest] = wrong.toSorted((a, b) => sentAt(a) - sentAt(b))
    if (!first || wrong.length < least) return []
    const span = spanOf(wrong)
    const asked = sentIn([...target.pinned, ...target.fresh], span)
    const right = asked.filter(({ fate }) => fate === 'ok').length
    return [{ target, wrong: [first, ...rest], by: [...new Set(wrong.flatMap(({ by }) => by ?? []))], right, ...span }]
  }),
)

/** Answers with the wrong sender, and lookups that fail for it: a resolver's socket does not hear them. */
export const missesBy = (
  of: Case,
  { target: { pinned, fresh, lookups }, from, to }: Strangers,
): readonly Question[] => [
  ...[...pinned, ...fresh].flatMap(port =>
    missesOf(of, port, { from, to }).filter(({ fate }) => fate === 'wrong-source' || fate === 'timeout'),
  ),
  ...lookups
    .filter(({ strays }) => [...strays].some(({ what }) => what === 'wrong-source'))
    .flatMap(port => missesOf(of, port, { from: from - lookupMs, to })),
]

/** A lookup asks for as long as a resolver's patience lasts, ms. */
const lookupMs = 10_000

function spanOf(questions: readonly Question[]) {
  const sent = questions.map(sentAt)
  return { from: Math.min(...sent), to: Math.max(...sent) }
}
