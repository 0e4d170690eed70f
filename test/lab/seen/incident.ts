import type { Account } from '../../../src/ledger/ledger.ts'
import type { Observation, Side } from '../../../src/outcome/observation.ts'

/**
 * What a run leaves: everything both halves observed, the servers' ledgers, what the kernels said, and when what was
 * done. Enough to judge it again without a kernel (`test/incidents`).
 */
export interface Incident {
  readonly format: 1
  readonly scenario: string
  readonly mode: Mode
  /** `uname -r` of the kernel it happened on. */
  readonly kernel: string
  /** What was done, in order. */
  readonly moments: readonly Moment[]
  readonly observations: readonly Seen[]
  /** What was looked at, in order. */
  readonly looks: readonly Look[]
}

/** How the nodes do Services. */
export const modes = ['iptables', 'nftables', 'ipvs'] as const
export type Mode = (typeof modes)[number]

/** An observation, and whose it is. */
export type Seen = Observation & { readonly pod: string; readonly half: Side }

/** Something was done to the cluster. */
export interface Moment {
  /** `started`, `broken`, `healed`, `changed`, `ended`; then, where longhold judged, maybe `remedied` and `judged`. */
  readonly name: string
  readonly says: string
  /** Epoch ms: when it began, and when it was done. */
  readonly from: number
  readonly at: number
}

/** Kernels and ledgers, read at one moment. */
export interface Look {
  /** The moment it was taken after, or a name of its own. */
  readonly name: string
  readonly at: number
  /** Host, then source, then its text as the kernel or the tool printed it. */
  readonly kernels: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Pod, then its ledger. */
  readonly ledgers: Readonly<Record<string, readonly Account[]>>
}
