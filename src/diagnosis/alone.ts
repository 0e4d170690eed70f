import type { Case, Question } from './case.ts'
import { perCase } from './per-case.ts'
import { askedIn, isHeard, sentAt, sentIn, tally } from './questions.ts'
import { doubt } from './repicked.ts'
import { type Stretch, stretchesOf } from './stretches.ts'
import { type Target, targetsOf } from './targets.ts'

/** A port that hears nothing, while others that ask the same address from new ports are all answered. */
export interface Alone {
  readonly target: Target
  readonly stretch: Stretch
  /** Its questions since the last one from a new port that was not heard either. */
  readonly unheard: readonly Question[]
  /** Epoch ms of the first of those. */
  readonly since: number
  /** Questions from new ports that were heard since. */
  readonly heard: readonly Question[]
  /** One dead server among so many, or fewer, would have met new ports as well. */
  readonly mostServers: number
}

/** A few lost datagrams are the network's right; this many in a row, and no other, are a pattern. */
const leastUnheard = 4
/** The largest number of servers that is told apart, as in `repicked.ts`. */
const mostServers = 16

/** What ended counts as well: it may be over before anybody looks. */
export const aloneIn = perCase((of: Case): readonly Alone[] =>
  targetsOf(of).flatMap(target =>
    target.pinned.flatMap(port => stretchesOf(port).flatMap(stretch => aloneBy(target, stretch) ?? [])),
  ),
)

function aloneBy(target: Target, stretch: Stretch): Alone | undefined {
  const fresh = askedIn(target.fresh, stretch)
  const lost = fresh.filter(each => !isHeard(each)).map(sentAt)
  const since = Math.max(stretch.from, ...lost.map(at => at + 1))
  const unheard = stretch.unheard.filter(each => sentAt(each) >= since)
  const heard = fresh.filter(each => sentAt(each) >= since)
  const servers = serversRuledOut(heard.length, lost.length + 1)
  if (unheard.length < leastUnheard || servers < 2) return undefined
  return { target, stretch, unheard, since, heard, mostServers: servers }
}

/**
 * So many answers in a row, where every Nth fails by chance: expected this often once, among so many rows there were to
 * choose from. The largest N for which that is out of the question.
 */
function serversRuledOut(answers: number, rows: number): number {
  const servers = Math.floor(1 / (1 - Math.min(1, doubt / rows) ** (1 / answers)) + 1e-9)
  return Math.min(mostServers, servers)
}

/** Nobody is known to have been answered at the address before: not by this port, and not by another. */
export const neverHeard = ({ target, since }: Alone): boolean =>
  tally(sentIn([...target.fresh, ...target.pinned], { from: -Infinity, to: since }), each => !isHeard(each)).good === 0
