/**
 * Where a rising function reaches `level` between `low` and `high`, to the last digit: bisection, which needs nothing
 * of the function but that it rises. At the end nearest to it where it never does.
 */
export function crossing(rising: (x: number) => number, level: number, low: number, high: number): number {
  let [below, above] = [low, high]
  for (;;) {
    const middle = (below + above) / 2
    if (middle <= below || middle >= above) return middle
    if (rising(middle) < level) below = middle
    else above = middle
  }
}
