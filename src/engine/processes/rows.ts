import type { Likeness, ListedRow, RowsAsked } from '../../probes/listed.ts'
import type { Page } from '../../probes/paging.ts'

/** Held connections of all processes. */
export interface Rows {
  readonly found: readonly ListedRow[]
  readonly more: boolean
  /** Processes that did not answer in time: what they hold is not among these. */
  readonly missing: number
}

/** Answers for the connections of one process; `undefined`: it did not answer in time. */
export type Answering = (asked: RowsAsked) => Promise<Page<ListedRow> | undefined>

/** One page over the connections of several processes, asked in turn, and no more of them than it takes to fill the page. */
export async function rowsOf(asked: RowsAsked, processes: readonly Answering[]): Promise<Rows> {
  const found: ListedRow[] = []
  let { offset } = asked
  let missing = 0
  for (const answer of processes) {
    // What is alike in two processes counts once, so the second is asked for as many as the first.
    const limit = asked.each === undefined ? asked.limit - found.length : asked.limit
    const page = await answer({ ...asked, offset, limit })
    if (!page) {
      missing += 1
      continue
    }
    found.push(...page.found.filter(row => !found.some(other => isAlike(asked.each, row, other))))
    if (page.more && found.length >= asked.limit) return { found: found.slice(0, asked.limit), more: true, missing }
    offset -= page.matched - page.found.length
  }
  return { found: found.slice(0, asked.limit), more: found.length > asked.limit, missing }
}

function isAlike(by: Likeness | undefined, a: ListedRow, b: ListedRow): boolean {
  if (by === undefined) return false
  return by === 'remote' ? a.remote === b.remote : a.peer?.instance === b.peer?.instance
}
