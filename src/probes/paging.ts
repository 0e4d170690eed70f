import { setImmediate } from 'node:timers/promises'

/** Which rows of a long list. */
export interface Paging {
  readonly offset: number
  readonly limit: number
}

export interface Page<T> {
  readonly found: readonly T[]
  /** There is at least one more. */
  readonly more: boolean
  /** How many matched: those before the page, and those on it. */
  readonly matched: number
}

/** Rows looked at before the event loop gets its turn: below a millisecond, so that nobody who filters delays a probe. */
const stride = 250

/** One page of what `matches`. Rows are taken one by one, so that page one of 20,000 costs one page. */
export async function pageOf<T>(
  rows: Iterable<T>,
  matches: (row: T) => boolean,
  { offset, limit }: Paging,
): Promise<Page<T>> {
  const found: T[] = []
  let before = 0
  let looked = 0
  const page = (more: boolean): Page<T> => ({ found, more, matched: before + found.length })
  for (const row of rows) {
    if (++looked % stride === 0) await setImmediate()
    if (!matches(row)) continue
    if (before < offset) before += 1
    else if (found.length === limit) return page(true)
    else found.push(row)
  }
  return page(false)
}
