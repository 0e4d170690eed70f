import { wilson } from '../../stats/proportion.ts'
import { type Case, isMiss, type Question } from '../case.ts'
import type { ProbeHistory } from '../history.ts'
import { liesTo } from '../lies.ts'
import { perCase } from '../per-case.ts'
import { sentAt, sentIn } from '../questions.ts'

/** Questions of one series that were answered, and not as they should be. */
export interface Failing {
  readonly port: ProbeHistory
  /** `code`: the server says that it fails. `lie`: what came is no answer to what was asked, or cannot be read. */
  readonly how: 'code' | 'lie'
  readonly bad: readonly [Question, ...Question[]]
  /** Asked by the series from the first of them to the last. */
  readonly asked: number
  readonly from: number
  readonly to: number
}

/** A few error codes are everyday life: it takes so many, and more than one in fifty of what was asked. */
const least = 4
const leastShare = 0.02

export const failingIn = perCase((of: Case): readonly Failing[] =>
  of.probes
    .filter(port => port.of.kind === 'dns')
    .flatMap(port => [
      ...failingBy(port, 'code', [...port.asks].filter(isCode)),
      ...failingBy(port, 'lie', liesTo(of, port)),
    ]),
)

const isCode = (question: Question): boolean => question.fate === 'ok' && isMiss(question)

function failingBy(port: ProbeHistory, how: Failing['how'], bad: readonly Question[]): Failing[] {
  const [first, ...rest] = bad.toSorted((a, b) => sentAt(a) - sentAt(b))
  if (!first || bad.length < least) return []
  const [from, to] = [sentAt(first), sentAt(rest.at(-1) ?? first)]
  const asked = sentIn([port], { from, to }).length
  if (wilson(bad.length, Math.max(asked, bad.length)).low < leastShare) return []
  return [{ port, how, bad: [first, ...rest], asked, from, to }]
}
