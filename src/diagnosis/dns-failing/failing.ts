import { wilson } from '../../stats/proportion.ts'
import { isOfNames } from '../by-name.ts'
import { type Case, isMiss, type Question } from '../case.ts'
import type { ProbeHistory } from '../history.ts'
import { perCase } from '../per-case.ts'
import { isTelling, sentAt, sentIn } from '../questions.ts'
import type { Meanwhile } from '../rises.ts'

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
/** Of what was given up, so much has to be met by an answer that was set aside. */
const leastSetAside = 0.8

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

/** Broken answers; silence, where answers came that were set aside; and the wrong sender, where it depends on what is asked. */
function liesTo(of: Case, port: ProbeHistory): readonly Question[] {
  if (port.of.mode === 'resolver') return []
  const asks = [...port.asks].filter(isTelling)
  const broken = asks.filter(({ fate }) => fate === 'wrong-reply')
  const silent = asks.filter(({ fate }) => fate === 'timeout')
  const strangers = asks.filter(({ fate }) => fate === 'wrong-source')
  const unread = [...broken, ...silent]
  return [
    ...(isSetAside(port, unread) ? unread : broken),
    ...(strangers.length >= least && isOfNames(of, port, strangers, spanOf(strangers)) ? strangers : []),
  ]
}

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
