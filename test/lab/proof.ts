import type { Sight } from './seen/sight.ts'

/** Whose word it is. */
export type Witness = 'client' | 'servers' | 'ledger' | 'kernel'

/** One sentence that a run shows to be true, or not. */
export interface Proof {
  readonly witness: Witness
  readonly says: string
  /** Lists count by their length. */
  readonly found: (sight: Sight) => unknown
  readonly expected: Expectation
}

/** What a value has to be, and how to say so. */
export interface Expectation {
  readonly says: string
  /** What is judged of what was found: how many, or which. */
  readonly of: (found: unknown) => unknown
  readonly holds: (value: unknown) => boolean
}

/** How a proof came out. */
export interface Judged {
  readonly witness: Witness
  readonly says: string
  readonly found: string
  readonly expected: string
  readonly holds: boolean
}

const witness =
  (name: Witness) =>
  (says: string, found: Proof['found'], expected: Expectation): Proof => ({ witness: name, says, found, expected })

export const client = witness('client')
export const servers = witness('servers')
export const ledger = witness('ledger')
export const kernel = witness('kernel')

/** Judges one proof. A value that cannot be had does not hold. */
export function judge({ witness, says, found, expected }: Proof, sight: Sight): Judged {
  const words = { witness, says, expected: expected.says }
  try {
    const value = expected.of(found(sight))
    return { ...words, found: shown(value), holds: expected.holds(value) }
  } catch (error) {
    return { ...words, found: error instanceof Error ? error.message : String(error), holds: false }
  }
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'))

const number = (says: string, holds: (value: number) => boolean): Expectation => ({
  says,
  of: found => (Array.isArray(found) ? found.length : found),
  holds: value => typeof value === 'number' && holds(value),
})

export const exactly = (wanted: number) => number(String(wanted), value => value === wanted)
export const none = number('none', value => value === 0)
export const atLeast = (least: number) => number(`${least} or more`, value => value >= least)
export const between = (least: number, most: number) =>
  number(`${least} to ${most}`, value => value >= least && value <= most)

/** These and no others, each at least once. */
export const only = (...wanted: readonly (string | number | boolean)[]): Expectation => {
  const says = wanted.map(String).toSorted().join(', ')
  return { says, of: which, holds: value => value === says }
}

/** Some of these and no others: which of them is luck. */
export const someOf = (...wanted: readonly string[]): Expectation => ({
  says: `none but ${wanted.join(', ')}`,
  of: which,
  holds: value =>
    String(value)
      .split(', ')
      .every(each => wanted.includes(each)),
})

/** Each that was found, once. */
const which = (found: unknown): unknown =>
  Array.isArray(found) ? [...new Set(found.map(String))].toSorted().join(', ') || 'nothing' : found

/**
 * So many of `n` as chance alone gives at `probability` each: a correct kernel falls outside once in a million runs.
 * Exact, from the binomial distribution.
 */
export const about = (n: number, probability: number): Expectation => between(...bounds(n, probability))

/** The same of a list of yes and no, however long it turned out to be: one in `n` is a yes. Some fifty can tell 3 from none. */
export const oneIn = (n: number): Expectation => ({
  says: `about one in ${n}`,
  of: found => (Array.isArray(found) ? `${found.filter(Boolean).length} of ${found.length}` : found),
  holds(value) {
    const [hits = -1, of = 0] = String(value).split(' of ').map(Number)
    const [least, most] = bounds(of, 1 / n)
    return of > 0 && hits >= least && hits <= most
  },
})

function bounds(n: number, probability: number): [least: number, most: number] {
  const chances = Array.from({ length: n + 1 }, (_, k) => binomial(n, k, probability))
  const tail = 5e-7
  let least = 0
  for (let below = chances[0] ?? 1; below < tail; below += chances[++least] ?? 1);
  let most = n
  for (let above = chances[n] ?? 1; above < tail; above += chances[--most] ?? 1);
  return [least, most]
}

function binomial(n: number, k: number, p: number): number {
  let log = k * Math.log(p) + (n - k) * Math.log1p(-p)
  for (let i = 1; i <= k; i++) log += Math.log(n - k + i) - Math.log(i)
  return Math.exp(log)
}
