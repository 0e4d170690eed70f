import { Problem } from '../outcome/problem.ts'
import type { OfCohort } from '../outcome/observation.ts'
import { dayOf, type Edge, parseEdge } from './moment.ts'
import { matched } from './pattern.ts'

/** One of the two that are compared: a journal, a part of its time, some of its cohorts. */
export interface Pool {
  /** `A`, the baseline, or `B`. */
  readonly name: PoolName
  /** As it was written. */
  readonly text: string
  readonly dir: string
  readonly from?: Edge
  /** Not included. */
  readonly to?: Edge
  readonly where: readonly Clause[]
}
export type PoolName = 'A' | 'B'

const fields = ['cohort', 'kind', 'path', 'side'] as const
interface Clause {
  readonly field: (typeof fields)[number]
  readonly not: boolean
  /** A star stands for anything. */
  readonly pattern: string
}

/** `DIR[@FROM/TO][:FIELD=PATTERN,...]`; without a directory it is `./journal`. A mistake in it is a Problem. */
export function parsePool(name: PoolName, text: string): Pool {
  const [, front = '', clauses] = /^(.*?)(?::(?=[a-z]+!?=)(.*))?$/s.exec(text) ?? []
  const [, before = '', range] = /^(.*)@([^@]*)$/s.exec(front) ?? []
  const ranged = range !== undefined && /^([\dTZ:.+-]|[\dmshd])*\/[\dTZ:.+mshd-]*$/.test(range)
  if (range !== undefined && !ranged && /^(\d{4}-\d\d|-\d+[a-z])/.test(range))
    throw mistake(name, 'a range FROM/TO, such as 2026-11-20T10:00/2026-11-20T12:00 or -2h/-1h', range)
  return {
    name,
    text,
    dir: (ranged ? before : front) || './journal',
    ...(ranged && rangeOf(name, range)),
    where: clauses === undefined ? [] : clauses.split(',').map(each => clauseOf(name, each)),
  }
}

function rangeOf(name: PoolName, range: string): Pick<Pool, 'from' | 'to'> {
  const [first = '', second = ''] = range.split('/')
  const edge = (text: string, day?: string): Edge => {
    const found = parseEdge(text, day)
    if (!found) throw mistake(name, 'a time such as 2026-11-20, 2026-11-20T10:00 (UTC), 1795168800000 or -2h', text)
    return found
  }
  const from = first === '' ? undefined : edge(first)
  const to = second === '' ? undefined : edge(second, dayOf(first))
  return { ...(from && { from }), ...(to && { to }) }
}

function clauseOf(name: PoolName, text: string): Clause {
  const [, field = '', not, pattern = ''] = /^([a-z]+)(!?)=(.+)$/s.exec(text) ?? []
  const known = fields.find(each => each === field)
  if (!known) throw mistake(name, `${fields.map(each => `${each}=`).join(', ')} and what it has to be`, text)
  const values = { path: ['service', 'pod'], side: ['client', 'server'], cohort: undefined, kind: undefined }[known]
  if (values && !pattern.includes('*') && !values.includes(pattern))
    throw mistake(name, `${known}=${values.join(` or ${known}=`)}`, text)
  return { field: known, not: not === '!', pattern }
}

const mistake = (name: PoolName, expected: string, found: string): Problem =>
  new Problem(`${name}: expected ${expected}, found ${JSON.stringify(found)}`, 2)

/**
 * Whether the pool has this cohort, and what it is called there: its name, or where a pattern chose it what the stars
 * stand for. So `canary-*` and `baseline-*` call their cohorts alike, and each is compared with its like.
 */
export function calledIn({ where }: Pool, of: OfCohort): string | undefined {
  if (!where.every(({ field, not, pattern }) => (matched(pattern, of[field]) !== undefined) !== not)) return undefined
  const by = where.find(({ field, not }) => field === 'cohort' && !not)
  return by ? matched(by.pattern, of.cohort) : of.cohort
}
