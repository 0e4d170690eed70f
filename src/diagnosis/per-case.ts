import type { Case } from './case.ts'

/** What several rules want to know of a case is worked out once. Only for what is a function of the case alone. */
export function perCase<T>(make: (of: Case) => T): (of: Case) => T {
  const known = new WeakMap<Case, { readonly made: T }>()
  return of => {
    const before = known.get(of)
    if (before) return before.made
    const made = make(of)
    known.set(of, { made })
    return made
  }
}
