/** What `nft -j` printed: its objects, each under the name of its kind. `undefined` for what is no such text. */
export function nftObjects(text: string): readonly NftObject[] | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  const list = at(parsed, 'nftables')
  if (!Array.isArray(list)) return undefined
  return list.flatMap((each: unknown) => {
    const [kind, value] = only(each) ?? []
    return kind === undefined ? [] : [{ kind, value }]
  })
}

export interface NftObject {
  /** `chain`, `rule`, `map`, ... */
  readonly kind: string
  readonly value: unknown
}

/** What lies at the end of a path of names, if anything does. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
    found = (found as Readonly<Record<string, unknown>>)[name] // it has it
  }
  return found
}

/** Name and value of an object with one name, as statements and expressions of nft are. */
export function only(value: unknown): readonly [name: string, value: unknown] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const entries: [string, unknown][] = Object.entries(value)
  return entries.length === 1 ? entries[0] : undefined
}

export const textAt = (value: unknown, ...path: readonly string[]): string => {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : ''
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Elements of a map: key and value. An element with a comment, a counter or a timeout has its key one deeper. */
export const pairsOf = (value: unknown): readonly (readonly [key: unknown, value: unknown])[] =>
  listOf(value).flatMap(each => {
    const [key, to] = listOf(each)
    return key === undefined ? [] : [[at(key, 'elem', 'val') ?? key, to] as const]
  })
