/** An age at death of which only an interval is known: above `left`, not above `right` (Infinity: still alive at `left`). */
export interface Censored {
  readonly left: number
  readonly right: number
}

/** Share of all that die above `left` and not above `right`. Where in between nobody can tell. */
export interface Mass extends Censored {
  readonly share: number
}

/**
 * The survival curve that makes interval-censored ages the likeliest: Turnbull's self-consistent estimate (B. Turnbull, "The
 * Empirical Distribution Function with Arbitrarily Grouped, Censored and Truncated Data", JRSS B 38, 1976). Mass lies only on the
 * innermost intervals: those that begin with a left end and stop at the next right end. An exact age has `left` just below it.
 * Throws RangeError for an interval that is empty.
 */
export function turnbull(observed: readonly Censored[], { rounds = 2000, near = 1e-7 } = {}): readonly Mass[] {
  for (const { left, right } of observed)
    if (!(left >= 0 && right > left)) throw new RangeError(`no age is above ${left} and not above ${right}`)
  const grouped = groups(observed)
  const inner = innermost(observed)
  if (inner.length === 0) return []
  // The innermost intervals an observation covers are neighbours: first and last suffice.
  const covers = grouped.map(({ left, right, count }) => ({
    count,
    from: inner.findIndex(each => each.left >= left && each.right <= right),
    to: inner.findLastIndex(each => each.left >= left && each.right <= right),
  }))
  let shares = inner.map(() => 1 / inner.length)
  for (let round = 0; round < rounds; round++) {
    const next = inner.map(() => 0)
    for (const { count, from, to } of covers) {
      let total = 0
      for (let j = from; j <= to; j++) total += shares[j] ?? 0
      for (let j = from; j <= to; j++) next[j] = (next[j] ?? 0) + (count * (shares[j] ?? 0)) / total / observed.length
    }
    const moved = Math.max(...next.map((share, j) => Math.abs(share - (shares[j] ?? 0))))
    shares = next
    if (moved < near) break
  }
  return inner.map((each, j) => ({ ...each, share: shares[j] ?? 0 }))
}

function groups(observed: readonly Censored[]): (Censored & { readonly count: number })[] {
  const counts = new Map<string, Censored & { count: number }>()
  for (const { left, right } of observed) {
    const key = `${left} ${right}`
    const group = counts.get(key)
    if (group) group.count += 1
    else counts.set(key, { left, right, count: 1 })
  }
  return [...counts.values()]
}

/** Intervals from a left end to the right end next above it, with no other end between. */
function innermost(observed: readonly Censored[]): Censored[] {
  const lefts = [...new Set(observed.map(({ left }) => left))].toSorted((a, b) => a - b)
  const rights = [...new Set(observed.map(({ right }) => right))].toSorted((a, b) => a - b)
  return lefts.flatMap((left, index) => {
    const right = rights.find(each => each > left)
    const next = lefts[index + 1] ?? Infinity
    return right !== undefined && next >= right ? [{ left, right }] : []
  })
}
