/** One parameter a route takes in its query. */
export interface Parameter<T> {
  /** In words, for the mistake. */
  readonly expected: string
  /** `undefined` when this is not what was expected. */
  readonly read: (text: string) => T | undefined
  /** When it is not given. */
  readonly otherwise: T
}
/** One that may be given several times. */
export interface Repeated<T> {
  readonly expected: string
  readonly read: (text: string) => T | undefined
  /** So often at most. */
  readonly most: number
}
export type Parameters = Readonly<Record<string, Parameter<unknown> | Repeated<unknown>>>

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

/** As a form sends it: a field that was left empty was not given. */
export const field = (expected: string, max: number): Parameter<string> => ({
  expected: `${expected} of at most ${max} characters`,
  read: text => (text.length <= max ? text : undefined),
  otherwise: '',
})

/** The same for a list to choose from. */
export const choice = <T extends string>(...words: readonly T[]): Parameter<T | ''> => ({
  expected: `one of ${words.join(', ')}, or nothing`,
  read: text => (text === '' ? '' : words.find(each => each === text)),
  otherwise: '',
})

export const oneOf = <T extends string>(...words: readonly T[]): Parameter<T | undefined> => ({
  expected: `one of ${words.join(', ')}`,
  read: text => words.find(each => each === text),
  otherwise: undefined,
})

/** What is read of each parameter: a value, or as many as were given. */
export type Values<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends Repeated<infer T> ? readonly T[] : P[K] extends Parameter<infer T> ? T : never
}

/** Reads a query, or says everything that is wrong with it: unknown and repeated parameters are mistakes too. */
export function readQuery<P extends Parameters>(
  query: URLSearchParams,
  parameters: P,
): { readonly values: Values<P> } | { readonly mistakes: readonly string[] } {
  const mistakes = [...new Set(query.keys())].filter(name => !Object.hasOwn(parameters, name)).map(unknown(parameters))
  const values = Object.entries(parameters).map(([name, parameter]) => {
    const { expected, read } = parameter
    const [most, otherwise] = 'most' in parameter ? [parameter.most, []] : [1, parameter.otherwise]
    const given = query.getAll(name)
    if (given.length === 0) return [name, otherwise] as const
    const understood = given.length > most ? [] : given.map(text => read(text))
    const wrong = given.length > most ? `it ${given.length} times` : unread(given, understood)
    if (wrong !== undefined) mistakes.push(`${name}: expected ${expected}, found ${wrong}`)
    return [name, 'most' in parameter ? understood : understood[0]] as const
  })
  return mistakes.length > 0 ? { mistakes } : { values: Object.fromEntries(values) as Values<P> }
}

function unread(given: readonly string[], understood: readonly unknown[]): string | undefined {
  const wrong = given.find((_, at) => understood[at] === undefined)
  return wrong === undefined ? undefined : short(wrong)
}

function unknown(parameters: Parameters): (name: string) => string {
  const known = Object.keys(parameters).join(', ') || 'none'
  return name => `${short(name)}: no such parameter, expected ${known}`
}

/** Quoted, and never longer than a line: it is whatever somebody sent. */
const short = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
