import type { Flow } from '../outcome/flow.ts'
import type { ListedRow, RowsAsked } from '../probes/listed.ts'

/** What to ask for: a silent connection to each address that connections lead to, of a few addresses. */
export const liveRows: RowsAsked = { state: 'idle', each: 'remote', within: 2000, offset: 0, limit: 4 }

/** Their flows, for who asks what the node and the cluster know of these. */
export const flowsOf = (rows: readonly ListedRow[]): readonly Flow[] =>
  rows.filter(({ local }) => local !== '').map(({ local, remote }) => ({ proto: 'tcp', local, remote }))
