import { type Answer, json } from '../http/answer.ts'
import type { ConnectionRow } from '../probes/kind.ts'
import { matching } from './connections.ts'
import { pageOf } from './listing.ts'

/** `/api/connections`: one page of what matches, each with what the kernel has set and knows now. */
export async function connectionsJson(
  rows: Iterable<ConnectionRow>,
  { filter, cohort = '', offset, limit }: { filter: string; cohort: string | undefined; offset: number; limit: number },
): Promise<Answer> {
  const { found, more } = await pageOf(rows, matching({ filter, cohort, state: '' }), { offset, limit })
  return json({ offset, limit, more, connections: found.map(rowJson) })
}

/** `options` and `tcpInfo` as the kernel has them; without a socket they are not there. */
function rowJson(row: ConnectionRow) {
  const { id, kind, cohort, path, state, server, openedAt, idleMs, nextMs, exchanges, failed, lastEnd } = row
  const atHand = { id, kind, cohort, path, state, server, ...row.addresses(), openedAt, idleMs, nextMs, exchanges }
  return { ...atHand, ...row.kernel(), ...(failed && { failed }), ...(lastEnd && { lastEnd: endJson(lastEnd) }) }
}

const endJson = ({ peer, ...end }: NonNullable<ConnectionRow['lastEnd']>) => ({ ...end, server: peer?.pod ?? '' })
