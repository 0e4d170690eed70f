import { type Answer, json } from '../http/answer.ts'
import type { ListedRow } from '../probes/listed.ts'
import type { WebSource } from './source.ts'

/** `/api/connections`: one page of what matches, each with what the kernel has set and knows now. */
export async function connectionsJson(
  source: Pick<WebSource, 'connections'>,
  { filter, cohort = '', offset, limit }: { filter: string; cohort: string | undefined; offset: number; limit: number },
): Promise<Answer> {
  const { found, more, missing } = await source.connections({ filter, cohort, offset, limit })
  return json({ offset, limit, more, ...(missing > 0 && { missing }), connections: found.map(rowJson) })
}

/** `options` and `tcpInfo` as the kernel has them; without a socket they are not there. */
function rowJson(row: ListedRow) {
  const { id, kind, cohort, path, state, server, local, remote, openedAt, idleMs, nextMs, exchanges } = row
  const { kernel, failed, lastEnd } = row
  const atHand = { id, kind, cohort, path, state, server, local, remote, openedAt, idleMs, nextMs, exchanges }
  return { ...atHand, ...kernel, ...(failed && { failed }), ...(lastEnd && { lastEnd: endJson(lastEnd) }) }
}

const endJson = ({ peer, ...end }: NonNullable<ListedRow['lastEnd']>) => ({ ...end, server: peer?.pod ?? '' })
