import { type Flow, flowKey } from '../../src/outcome/flow.ts'
import type { Told } from '../../src/outcome/observation.ts'
import type { Chance } from './chance.ts'
import type { Cluster } from './cluster.ts'
import type { Ledger } from './ledger.ts'
import type { ClientNode, Track } from './node.ts'
import type { Timeline } from './timeline.ts'

/** Where a story plays: everyone who acts is given this. */
export interface Stage {
  readonly time: Timeline
  readonly chance: Chance
  readonly node: ClientNode
  readonly cluster: Cluster
  readonly ledger: Ledger
  /** Counters of our own kernel, under the names of netstat. */
  readonly counts: Map<string, number>
  /** By flow, the entries it had, newest last. */
  readonly tracked: Map<string, readonly Track[]>
  /** A port of our own that nobody has. */
  newPort(): number
  readonly tell: (told: Told) => void
}

export const ourIp = '10.244.1.10'

export function count({ counts }: Pick<Stage, 'counts'>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by)
}

/** The node has, or had, an entry of this flow. */
export function remember({ tracked }: Stage, flow: Flow, track: Track): void {
  const key = flowKey(flow)
  const before = tracked.get(key) ?? []
  if (before.at(-1) !== track) tracked.set(key, [...before, track].slice(-4))
}

/** A flow that is over may still be asked about, ms. */
const rememberedMs = 600_000

export function forget({ tracked, time }: Stage, flow: Flow): void {
  time.after(rememberedMs, () => tracked.delete(flowKey(flow)))
}
