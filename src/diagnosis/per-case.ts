import type { Case } from './case.ts'

/** What several rules want to know of a case is worked out once. Only for what is a function of the case alone. */
export const perCase = <T>(make: (of: Case) => T): ((of: Case) => T) => once(make)

/** The same for anything else that does not change: worked out once for each, and forgotten with it. */
export function once<K extends object, T>(make: (of: K) => T): (of: K) => T {
  const known = new WeakMap<K, { readonly made: T }>()
  return of => {
    const before = known.get(of)
    if (before) return before.made
    const made = make(of)
    known.set(of, { made })
    return made
  }
}
