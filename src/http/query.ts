/** One parameter a route takes in its query. */
export interface Parameter<T> {
  /** In words, for the mistake. */
  readonly expected: string
  /** `undefined` when this is not what was expected. */
  readonly read: (text: string) => T | undefined
  /** When it is not given. */
  readonly otherwise: T
}
export type Parameters = Readonly<Record<string, Parameter<string | number | undefined>>>

export const wholeNumber = (otherwise: number, min: number, max: number): Parameter<number> => ({
  expected: `a whole number in ${min}..${max}`,
  read: text => (/^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined),
  otherwise,
})

export const word = (expected: string, max: number): Parameter<string | undefined> => ({
  expected: `${expected} of 1..${max} characters`,
  read: text => (text.length >= 1 && text.length <= max ? text : undefined),
  otherwise: undefined,
})

type Read<P extends Parameters> = { readonly [K in keyof P]: P[K]['otherwise'] }

/** Reads a query, or says everything that is wrong with it: unknown and repeated parameters are mistakes too. */
export function readQuery<P extends Parameters>(
  query: URLSearchParams,
  parameters: P,
): { readonly values: Read<P> } | { readonly mistakes: readonly string[] } {
  const mistakes = [...new Set(query.keys())].filter(name => !Object.hasOwn(parameters, name)).map(unknown(parameters))
  const values = Object.entries(parameters).map(([name, { expected, read, otherwise }]) => {
    const given = query.getAll(name)
    if (given.length === 0) return [name, otherwise] as const
    const value = given.length === 1 ? read(given[0] ?? '') : undefined
    if (value === undefined) mistakes.push(`${name}: expected ${expected}, found ${found(given)}`)
    return [name, value] as const
  })
  return mistakes.length > 0 ? { mistakes } : { values: Object.fromEntries(values) as Read<P> }
}

function unknown(parameters: Parameters): (name: string) => string {
  const known = Object.keys(parameters).join(', ') || 'none'
  return name => `${short(name)}: no such parameter, expected ${known}`
}

const found = (given: readonly string[]): string =>
  given.length > 1 ? `it ${given.length} times` : short(given[0] ?? '')

/** Quoted, and never longer than a line: it is whatever somebody sent. */
const short = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
