import type { ConnectionRow } from './kind.ts'
import { type Page, pageOf, type Paging } from './paging.ts'

/** A question for held connections, as plain data, so that another process can be asked. What is empty or absent asks for nothing. */
export interface RowsAsked extends Paging {
  /** Words, each of which is somewhere in what a row says of itself. */
  readonly filter?: string
  readonly cohort?: string
  readonly state?: string
  /** Of a connection: the one that is there, or the last one that was in its place. */
  readonly id?: string
  /** Pod of the other side. */
  readonly server?: string
  /** Of those that are alike in this only the first. */
  readonly each?: Likeness
  /** Rows looked at in each process, at most. */
  readonly within?: number
}

/** `instance`: of the other side. `remote`: the address of it. */
export type Likeness = 'instance' | 'remote'

/** A row with what its socket and the kernel knew of it when it was asked for. */
export interface ListedRow extends Omit<ConnectionRow, 'addresses' | 'kernel'> {
  readonly local: string
  readonly remote: string
  /** Absent without an open socket. */
  readonly kernel?: NonNullable<ReturnType<ConnectionRow['kernel']>>
}

/** The page of `rows` that was asked for. Only of what is on it the kernel is asked. */
export async function listed(rows: Iterable<ConnectionRow>, asked: RowsAsked): Promise<Page<ListedRow>> {
  const some = asked.within === undefined ? rows : first(asked.within, rows)
  const { found, ...page } = await pageOf(some, matching(asked), asked)
  return { ...page, found: found.map(plain) }
}

function plain({ addresses, kernel, ...row }: ConnectionRow): ListedRow {
  const known = kernel()
  return { ...row, ...addresses(), ...(known && { kernel: known }) }
}

function* first<T>(most: number, rows: Iterable<T>): Iterable<T> {
  let taken = 0
  for (const row of rows) {
    if (++taken > most) return
    yield row
  }
}

/** Looks at what is at hand first; a socket is asked for its addresses only by a word that may be part of one. */
function matching({ filter = '', cohort = '', state = '', id = '', server = '', each }: RowsAsked) {
  const words = wordsOf(filter)
  const met = new Set<string>()
  return (row: ConnectionRow): boolean => {
    if (cohort !== '' && row.cohort !== cohort) return false
    if (state !== '' && row.state !== state) return false
    if (id !== '' && row.id !== id && row.lastEnd?.id !== id) return false
    if (server !== '' && row.peer?.pod !== server) return false
    if (words.length > 0 && !says(row, words)) return false
    if (each === undefined) return true
    const key = each === 'instance' ? (row.peer?.instance ?? '') : row.addresses().remote
    if (key === '' || met.has(key)) return false
    met.add(key)
    return true
  }
}

function says(row: ConnectionRow, words: readonly string[]): boolean {
  const { id, kind, cohort, path, server, state, failed, lastEnd } = row
  const said = `${id} ${kind}/${cohort} ${path} ${server} ${state} ${failed?.fate ?? ''} ${lastEnd?.fate ?? ''} ${lastEnd?.id ?? ''}`
  const atHand = said.toLowerCase()
  return words.every(word => atHand.includes(word) || (mayBeAddress.test(word) && isAt(row, word)))
}

/** Every word of a filter has to be somewhere in what a row says of itself, upper and lower case alike. */
export const wordsOf = (filter: string): readonly string[] => filter.toLowerCase().split(/\s+/).filter(Boolean)

const mayBeAddress = /^[\d.:[\]a-f%]+$/

function isAt(row: ConnectionRow, word: string): boolean {
  const { local, remote } = row.addresses()
  return local.includes(word) || remote.includes(word)
}
