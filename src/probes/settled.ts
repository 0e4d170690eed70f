import type { Address } from '../settings/address.ts'

/** Where turns go, each by its number; `undefined` where nobody has gone yet, or can. */
export type Turns = readonly (Address | undefined)[]

/**
 * Where the turns of a name go once it has the addresses `ordered`, ours first. Each address has its part of them, the first ones
 * one more where they cannot all have as many. A turn stays where it was for as long as that address is there and has no more than
 * its part; else it takes the first that has less. So whoever had twenty servers of a thousand has nearly the same twenty tomorrow,
 * and one that comes gets its part at once from those who would have chosen it from the first.
 */
export function settle(before: Turns, ordered: readonly Address[]): Turns {
  const seats = new Map(ordered.map(address => [nameOf(address), { address, turns: 0, part: 0 }]))
  for (const [rank, seat] of [...seats.values()].entries())
    seat.part = Math.floor(before.length / seats.size) + (rank < before.length % seats.size ? 1 : 0)
  const stayed = before.map(address => {
    const seat = address && seats.get(nameOf(address))
    if (!seat || seat.turns === seat.part) return undefined
    seat.turns += 1
    return seat.address
  })
  const emptiest = fewestFirst([...seats.values()])
  return stayed.map(address => address ?? emptiest.next().value)
}

const nameOf = ({ host, port }: Address): string => `${host} ${port}`

interface Seat {
  readonly address: Address
  turns: number
  /** So many turns may be here. */
  readonly part: number
}

/** One address after the other, until each has its part, and each has one turn more by it: the first of those that fewest have. */
function* fewestFirst(seats: readonly Seat[]): Generator<Address, undefined> {
  for (;;) {
    const open = seats.filter(({ turns, part }) => turns < part)
    if (open.length === 0) return undefined
    const fewest = open.reduce((least, { turns }) => Math.min(least, turns), Infinity)
    for (const seat of open) {
      if (seat.turns > fewest) continue
      seat.turns += 1
      yield seat.address
    }
  }
}

/** Where the turns of one name have gone, as it goes on. */
export interface Settling {
  /** The name has these addresses now, ours first: the same array for as long as they are the same. False when they are. */
  hear(ordered: readonly Address[]): boolean
  /** Where a turn goes that opens now. */
  take(turn: number): Address | undefined
  /** Whether one that is open at an address, which is still there, has its place elsewhere. */
  isElsewhere(turn: number, at: Address): boolean
}

/**
 * A turn has a place once it opened: those that have yet to open are not bound to the one server that was there first. A place that
 * is gone from an answer is kept in mind, and is the turn's again should it come back: an answer that forgets servers for a moment
 * takes nobody away from where he is.
 *
 * Turns that are not `ours` are held by other processes. All know the same order and the same number of turns, and what became of
 * each is told by the answers alone: with the same answers all agree, with no word between them. What they cannot know is an answer
 * that only another one heard, and what was before they were begun (anew). Then two turns may lead to one server, or the rungs of
 * one turn to two, until those servers go.
 */
export function settling(count: number, ours: (turn: number) => boolean): Settling {
  const lost: (Address | undefined)[] = Array.from({ length: count })
  let [answer, settled]: [readonly Address[], Turns] = [[], lost.slice()]
  let begun = 0 // so many have gone somewhere: they open in order, everybody's
  return {
    hear(ordered) {
      if (ordered === answer) return false
      const there = new Set(ordered.map(nameOf))
      const ifThere = (address: Address | undefined) => (address && there.has(nameOf(address)) ? address : undefined)
      const before = settled.map((at, turn) => {
        if (turn >= begun) return undefined
        const back = ifThere(lost[turn])
        if (back) lost[turn] = undefined
        else if (!ifThere(at)) lost[turn] ??= at
        return back ?? ifThere(at)
      })
      ;[answer, settled] = [ordered, settle(before, ordered)]
      return true
    },
    take(turn) {
      for (begun = Math.max(begun, turn + 1); begun < count && !ours(begun); ) begun += 1 // until it is our turn again
      return settled[turn]
    },
    isElsewhere(turn, at) {
      const place = settled[turn]
      const isAt = (address: Address) => address.host === at.host && address.port === at.port
      return place !== undefined && !isAt(place) && answer.some(isAt)
    },
  }
}
