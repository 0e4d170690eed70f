/** How late a server breaks its silences: the ticks of its timers, and what it has to do besides. */
export interface Lateness {
  /** One came so much later than agreed, ms. */
  note(ms: number): void
  /** What those that never came would have had, ms: the median of the last. */
  usual(): number
  /** Later than this hardly any comes, ms. */
  beyond(): number
}

const kept = 64

export function lateness(): Lateness {
  const last: number[] = []
  return {
    note(ms) {
      last.push(Math.max(0, ms))
      if (last.length > kept) last.shift()
    },
    beyond: () => Math.max(500, 10 * Math.max(0, ...last)),
    usual: () => last.toSorted((a, b) => a - b)[Math.floor(last.length / 2)] ?? 0,
  }
}
