import type { Facts } from '../evidence/facts.ts'
import type { Evidence, Readings as Raw, Reading, Scope } from '../outcome/evidence.ts'

export interface Known<T> {
  readonly at: number
  readonly value: T
}

/** Facts as rules read them. A reading that does not fit its schema counts as absent. */
export interface Readings {
  /** Oldest first. */
  all<T>(facts: Facts<T>, scope: Scope): readonly Known<T>[]
  newest<T>(facts: Facts<T>, scope: Scope): Known<T> | undefined
  /** The newest one taken before `at`, epoch ms: what counters are compared with. */
  before<T>(facts: Facts<T>, scope: Scope, at: number): Known<T> | undefined
  /** Why the newest reading said nothing; `undefined` when it spoke, or was never asked. */
  absence<T>(facts: Facts<T>, scope: Scope): string | undefined
  /** Whether anything of this scope was ever to be had. */
  has(scope: Scope): boolean
  /** Sources of this scope that said nothing when they were asked last, and why. */
  silent(scope: Scope): readonly { readonly source: string; readonly why: string }[]
}

export function readingsOf(examined: Iterable<{ readonly at: number; readonly evidence: Evidence }>): Readings {
  const newestLast = [...examined]
  const understood = new Map<string, readonly Known<unknown>[]>()

  function raw(name: string, scope: Scope): Reading[] {
    return newestLast.flatMap(({ evidence }) => evidence[scope]?.[name] ?? [])
  }

  function all<T>({ name, schema }: Facts<T>, scope: Scope): readonly Known<T>[] {
    const key = `${scope} ${name}`
    const known = understood.get(key)
    if (known) return known as readonly Known<T>[] // made below by the same schema
    const made = raw(name, scope).flatMap(reading => knownBy(reading, schema) ?? [])
    understood.set(key, made)
    return made
  }

  return {
    all,
    newest: (facts, scope) => all(facts, scope).at(-1),
    before: (facts, scope, at) => all(facts, scope).findLast(reading => reading.at < at),
    absence({ name, schema }, scope) {
      const last = raw(name, scope).at(-1)
      if (!last) return undefined
      if ('absent' in last) return last.absent
      return knownBy(last, schema) ? undefined : 'what it said could not be understood'
    },
    silent(scope) {
      const newest = Object.assign({}, ...newestLast.map(({ evidence }) => evidence[scope])) as Raw // what is spread loses its type
      return Object.entries(newest).flatMap(([source, reading]) =>
        'absent' in reading ? [{ source, why: reading.absent }] : [],
      )
    },
    has: scope => newestLast.some(({ evidence }) => Object.values(evidence[scope] ?? {}).some(each => 'value' in each)),
  }
}

/** A reading stays as it is, and is judged in many cases: it is understood once. */
const read = new WeakMap<object, WeakMap<Reading, { readonly known: Known<unknown> | undefined }>>()

function knownBy<T>(reading: Reading, schema: Facts<T>['schema']): Known<T> | undefined {
  const bySchema = read.get(schema) ?? new WeakMap<Reading, { readonly known: Known<unknown> | undefined }>()
  read.set(schema, bySchema)
  const before = bySchema.get(reading)
  if (before) return before.known as Known<T> | undefined // made below by the same schema
  const parsed = 'value' in reading ? schema.safeParse(reading.value) : undefined
  const known = parsed?.success ? { at: reading.at, value: parsed.data } : undefined
  bySchema.set(reading, { known })
  return known
}
