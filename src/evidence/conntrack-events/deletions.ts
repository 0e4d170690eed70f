import type { Deletion } from './facts.ts'
import { parseDeletion } from './parse.ts'

/** So many bursts are remembered: one is a program at work for a second. */
const mostBursts = 100
const burstMs = 1000

interface Burst {
  readonly at: number
  readonly portid: string
  readonly count: number
  /** Once heard it holds: conntrack-tools looks it up for each event, and the program may end in between. */
  readonly name: string | undefined
}

/** Counts what programs delete, so that a flush is known even where the end of one entry among thousands was lost. */
export function deletions() {
  const bursts: Burst[] = []
  return {
    hear(line: string): void {
      const deletion = parseDeletion(line)
      if (!deletion) return
      const at = bursts.findLastIndex(({ portid, at }) => portid === deletion.portid && deletion.at - at < burstMs)
      const burst = bursts[at]
      if (burst) bursts[at] = { ...burst, name: burst.name ?? deletion.name, count: burst.count + 1 }
      else bursts.push({ ...deletion, count: 1 })
      if (bursts.length > mostBursts) bursts.shift()
    },
    /** Oldest first. */
    bursts: (): Deletion[] =>
      bursts.map(({ at, portid, name, count }) => ({ at, by: name ?? `portid ${portid}`, count })),
  }
}
