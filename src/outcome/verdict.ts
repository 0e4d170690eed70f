/** What a verdict names when the evidence does not tell the mechanisms of a family apart. */
export const families = {
  'forgotten-flow': 'something on the path forgot a connection during its silence',
  'stale-flow': 'something on the path still leads a flow to where nobody is',
  'dead-backend': 'a Service leads to nobody, always or in turn',
  'lost-nat': 'addresses are not translated, or not back',
  'silent-path': 'packets disappear on the path',
  'slow-dns': 'the DNS server itself is slow or fails',
  ended: 'the other side ended',
  ourselves: 'longhold itself could not measure',
  unexplained: 'none of the known mechanisms explains what was seen',
} as const
export type Family = keyof typeof families

/**
 * `proven`: evidence shows the mechanism itself. `likely`: what was seen fits it and rules its look-alikes out.
 * `possible`: it fits, and so do others of its family.
 */
export const levels = ['proven', 'likely', 'possible'] as const
export type Level = (typeof levels)[number]

/** One fact a verdict rests on. */
export interface EvidenceLine {
  /** `client`, `ledger`, or scope and source: `node sysctl`. */
  readonly source: string
  /** Epoch ms. */
  readonly at: number
  readonly says: string
}

/** A named mechanism, the evidence for it, what was ruled out, and what to do. Plain data: renderers choose the words around it. */
export interface Verdict {
  /** Unique in a process: the name and a number, `conntrack-expiry-1`. */
  readonly id: string
  /** A rule's name; a family's where its mechanisms could not be told apart. */
  readonly name: string
  readonly family: Family
  /** Which form of it: `server-first`, `egress`. */
  readonly variant?: string
  /** One sentence with the numbers of this case. */
  readonly says: string
  /** Not a fault: a rollout, a restart, our own stop. */
  readonly planned: boolean
  readonly state: 'open' | 'closed'
  /** Epoch ms: first and last symptom; when the verdict opened, last changed, closed. */
  readonly since: number
  readonly lastAt: number
  readonly openedAt: number
  readonly updatedAt: number
  readonly closedAt?: number
  /** Closed because another verdict explains the same symptoms better: its id. */
  readonly supersededBy?: string
  /** Cohorts and probes that met it, as `tcp-hold/no-keepalive`, `dns/cluster-dns pinned`. */
  readonly series: readonly string[]
  /** Connections or questions that met it. */
  readonly count: number
  /** Out of so many. */
  readonly of: number
  /** Connection-time spent idle by these cohorts meanwhile, ms; absent for questions. */
  readonly exposureMs?: number
  readonly confidence: { readonly level: Level; readonly because: string }
  readonly evidence: readonly EvidenceLine[]
  readonly ruledOut: readonly { readonly what: string; readonly because: string }[]
  /** Evidence nobody could read, and what it would add. */
  readonly missing: readonly { readonly what: string; readonly wouldTell: string }[]
  /** Exact commands and settings for this case, one a line; a line that begins with `#` is a comment. */
  readonly remedy: readonly string[]
}

/** A verdict opened, changed, or closed. */
export interface Judged {
  readonly type: 'judged'
  readonly verdict: Verdict
}
