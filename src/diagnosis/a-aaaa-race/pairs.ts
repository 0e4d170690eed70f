import type { Question } from '../case.ts'
import type { ProbeHistory } from '../history.ts'
import { sentAt, toldBy } from '../questions.ts'

/** A and AAAA for one name, sent at once from one port. */
export interface Pair {
  readonly both: readonly [Question, Question]
  readonly lost: readonly Question[]
  readonly at: number
}

/** Of one pair the two are sent within this, ms; a busy process stamps answers late. */
const apartMs = 100

export function pairsOf(port: ProbeHistory): readonly Pair[] {
  const told = toldBy(port)
  const open: Question[] = []
  const pairs: Pair[] = []
  for (const ask of told) {
    const at = open.findIndex(each => isOther(each, ask) && sentAt(ask) - sentAt(each) <= apartMs)
    const [first] = at < 0 ? [] : open.splice(at, 1)
    if (first) pairs.push({ both: [first, ask], lost: [first, ask].filter(isLost), at: sentAt(first) })
    else open.push(ask)
    while (open[0] && sentAt(ask) - sentAt(open[0]) > apartMs) open.shift()
  }
  return pairs
}

const isLost = ({ fate }: Question): boolean => fate === 'timeout'

/** The same name, and the other type. */
function isOther(one: Question, other: Question): boolean {
  const [name, type] = split(one)
  const [otherName, otherType] = split(other)
  return name !== undefined && name === otherName && type !== otherType
}

const split = ({ question = '' }: Question): readonly (string | undefined)[] => {
  const [name, type] = question.split(' ')
  return type === 'A' || type === 'AAAA' ? [name, type] : []
}
