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
  readonly key: (name: Of) => string
  readonly make: (name: Of) => Series
  /** What is named once all seats are taken; must itself be one of few. */
  readonly surplus: (name: Of) => Of
}

export function seats<Of, Series>({ limit, key, make, surplus }: Naming<Of, Series>): Seats<Of, Series> {
  const taken = new Map<string, Series>()

  function create(name: Of): Series {
    const series = make(name)
    taken.set(key(name), series)
    return series
  }

  function crowded(name: Of): Series {
    return taken.get(key(name)) ?? create(name)
  }

  return {
    of: name => taken.get(key(name)) ?? (taken.size < limit ? create(name) : crowded(surplus(name))),
    declare: crowded,
    seat: (name, series) => void taken.set(key(name), series),
    all: { [Symbol.iterator]: () => taken.values() },
    clear: () => taken.clear(),
  }
}
