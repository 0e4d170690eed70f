import type { Clock } from '../clock.ts'

/** Something that was no timeout, and what it cost. */
export interface Disturbance {
  /** Epoch ms. */
  readonly at: number
  readonly what: string
  /** Connections whose silence was repeated, or left out. */
  readonly connections: number
}

/** More lines than this nobody reads. */
const most = 100
/** The same again within so long is one line, ms. */
const togetherMs = 60_000

export function disturbances(clock: Clock) {
  const all: Disturbance[] = []
  return {
    all,
    note(what: string, connections = 1): void {
      const index = all.findLastIndex(each => each.what === what && clock.now() - each.at < togetherMs)
      const before = all[index]
      if (before) all[index] = { ...before, connections: before.connections + connections }
      else if (all.length < most) all.push({ at: clock.now(), what, connections })
    },
  }
}
