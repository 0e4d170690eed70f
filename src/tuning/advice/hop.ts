/** What a hop does with a connection that was idle for too long. */
export const endings = ['reset', 'silent', 'reset-both', 'closed', 'unknown'] as const
export type Ending = (typeof endings)[number]

/** Something on a path that forgets idle connections. */
export interface Hop {
  /** As the operator knows it: `conntrack`, `aws-nlb`, `measured`. */
  readonly name: string
  /** When it forgets, s: survived for `lowS`, no longer known at `highS`. One number where it is known exactly. */
  readonly lowS: number
  readonly highS: number
  /** A keepalive probe and its answer begin its time anew. Proxies count data alone. */
  readonly refreshed: boolean
  /** `reset`: the next packet is answered with RST; `silent`: dropped; `reset-both`: RST to both ends at once; `closed`: FIN. */
  readonly ending: Ending
  /** Where the number is from. */
  readonly source: string
  /** The page that says so. */
  readonly page?: string
}

/** The hop that forgets first, of those that a keepalive can keep awake. */
export const shortestOf = (hops: readonly Hop[]): Hop | undefined =>
  hops.filter(({ refreshed }) => refreshed).toSorted((a, b) => a.lowS - b.lowS)[0]
