import { conntrack } from '../../evidence/conntrack/facts.ts'
import type { Case } from '../case.ts'
import { conntrackRise } from '../rises.ts'
import type { Meanwhile } from '../rises.ts'

/** What the node's conntrack lost meanwhile. */
export interface Races {
  /** Entries that could not be made, because another had the port. */
  readonly failed: number
  /** Packets dropped for anything else. */
  readonly dropped: number
  /** Epoch ms of the reading. */
  readonly at: number
}

/** Looks are a second apart, ms. */
const blurMs = 1500

/** As the agent remembers it, or as two readings tell; `undefined` where no entry failed, or nobody looked. */
export function lostRaces(of: Case, meanwhile: Meanwhile): Races | undefined {
  const read = of.facts.newest(conntrack, 'node')
  const losses = (read?.value.losses ?? []).filter(
    ({ from, to }) => from <= meanwhile.to + blurMs && to >= meanwhile.from - blurMs,
  )
  const failed = losses.reduce((sum, { insertFailed }) => sum + insertFailed, 0)
  const dropped = losses.reduce((sum, { drop }) => sum + drop, 0)
  if (read && failed > 0) return { failed, dropped: Math.max(0, dropped - failed), at: read.at }
  const [inserts, drops] = ['insert_failed', 'drop'].map(name => conntrackRise(of, 'node', name, meanwhile))
  if (!inserts || inserts.by === 0) return undefined
  return { failed: inserts.by, dropped: Math.max(0, (drops?.by ?? 0) - inserts.by), at: inserts.at }
}
