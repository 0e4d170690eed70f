/**
 * Where evidence is read. `own`: the network namespace of this process. `node`: the client's node, through its agent.
 * `servers`: the ledgers of the other side. `cluster`: the Kubernetes API.
 */
export const scopes = ['own', 'node', 'servers', 'cluster'] as const
export type Scope = (typeof scopes)[number]

/** What one source said, or one sentence why it said nothing: absence is information, too. `at` is epoch ms. */
export type Reading =
  | { readonly at: number; readonly value: unknown }
  | { readonly at: number; readonly absent: string }

/** By name of the source. */
export type Readings = Readonly<Record<string, Reading>>

/** Everything one examination read. A scope that nobody asked is not there. */
export type Evidence = Readonly<Partial<Record<Scope, Readings>>>

/** Evidence was read: what everything observed up to now is judged by. */
export interface Examined {
  readonly type: 'examined'
  readonly evidence: Evidence
}
