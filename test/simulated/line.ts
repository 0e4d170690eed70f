import type { Flow } from '../../src/outcome/flow.ts'
import type { Identity } from '../../src/outcome/identity.ts'
import type { Pod } from './cluster.ts'
import type { Account } from './ledger.ts'
import type { Track } from './node.ts'

/** One held connection, and all that are opened in its place. Times are ms since the story began. */
export interface Line {
  readonly index: number
  /** Goes up with every socket, and `turn` with every silence: what was set for an earlier one is void. */
  life: number
  turn: number
  id: string
  flow: Flow
  /** Who has it; absent while it is not open. */
  pod?: Pod
  /** Who that was when it opened. */
  peer?: Identity
  account?: Account
  track?: Track
  openedAt: number
  /** Since when nobody speaks, and since when nothing came from the other side. */
  since: number
  heardAt: number
  /** When anything crossed the path. */
  crossedAt: number
  exchanges: number
  failures: number
  /** When its server said goodbye. */
  leftAt: number
}

export const newLine = (index: number): Line => ({
  index,
  life: 0,
  turn: 0,
  id: '',
  flow: { proto: 'tcp', local: '', remote: '' },
  openedAt: 0,
  since: 0,
  heardAt: 0,
  crossedAt: 0,
  exchanges: 0,
  failures: 0,
  leftAt: -Infinity,
})

export const silenceOf = (idle: number | readonly number[], index: number): number =>
  typeof idle === 'number' ? idle : (idle[index % idle.length] ?? 0)
