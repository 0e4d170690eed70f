/** A bounded set of series, each made when it is first named. */
export interface Seats<Of, Series> {
  /** The series of this name; the surplus one when all seats are taken. */
  of(name: Of): Series
  /** Makes sure it is there: what the configuration names always finds a seat. */
  declare(name: Of): Series
  /** Puts `series` in its seat, whether there was one or not. */
  seat(name: Of, series: Series): void
  readonly all: Iterable<Series>
  clear(): void
}

interface Naming<Of, Series> {
  readonly limit: number
  /** The word in which most names differ. */
  readonly word: (name: Of) => string
  /** Whether two names of the same word are the same. */
  readonly same: (a: Of, b: Of) => boolean
  readonly make: (name: Of) => Series
  /** What is named once all seats are taken; must itself be one of few. */
  readonly surplus: (name: Of) => Of
}

interface Seat<Of, Series> {
  readonly name: Of
  series: Series
}

/** Found without writing a key for each look: to join and hash its words took longer than everything else in a fold. */
export function seats<Of, Series>({ limit, word, same, make, surplus }: Naming<Of, Series>): Seats<Of, Series> {
  const byWord = new Map<string, Seat<Of, Series>[]>()
  const taken: Seat<Of, Series>[] = []

  function find(name: Of): Seat<Of, Series> | undefined {
    const row = byWord.get(word(name)) ?? []
    for (const seat of row) if (same(seat.name, name)) return seat
    return undefined
  }

  function take(name: Of, series: Series): Series {
    const seat = { name, series }
    taken.push(seat)
    byWord.set(word(name), [...(byWord.get(word(name)) ?? []), seat])
    return series
  }

  const crowded = (name: Of): Series => find(name)?.series ?? take(name, make(name))

  return {
    of: name => find(name)?.series ?? (taken.length < limit ? take(name, make(name)) : crowded(surplus(name))),
    declare: crowded,
    seat(name, series) {
      const seat = find(name)
      if (seat) seat.series = series
      else take(name, series)
    },
    all: {
      *[Symbol.iterator]() {
        for (const { series } of taken) yield series
      },
    },
    clear() {
      byWord.clear()
      taken.length = 0
    },
  }
}
