import { z } from 'zod'
import { bareOf, discriminatorsOf, expectationOf, schemaAt } from './expectation.ts'
import { foundAt, valueAt } from './found.ts'
import { type Mistake, type Path, pathText } from './mistake.ts'
import { nearest } from './nearest.ts'

/**
 * What is wrong with `value`, in our own words: `expected X, found Y` for each issue. A schema that says what it
 * expects (`error: () => 'a duration ...'`) is quoted; for plain zod types the expectation is derived.
 */
export function mistakesOf(schema: z.ZodType, value: unknown): Mistake[] {
  // The empty error text is what `mistakesIn` knows a schema without words of its own by.
  const { error } = schema.safeDecode(value, { error: () => '' })
  const all = error ? error.issues.flatMap(issue => mistakesIn(issue, { schema, value, at: [] })) : []
  const places = all.map(({ path }) => pathText(path))
  return all.filter((_, index) => places.indexOf(places[index] ?? '') === index) // one complaint a place will do
}

interface Context {
  readonly schema: z.core.$ZodType
  readonly value: unknown
  /** The path of the union we are inside of. */
  readonly at: Path
}

function mistakesIn(issue: z.core.$ZodIssue, context: Context): Mistake[] {
  const { schema, value, at } = context
  const path = [...at, ...issue.path]
  if (issue.code === 'unrecognized_keys') return issue.keys.map(key => unknownSetting([...path, key], schema, value))
  if (issue.code === 'invalid_union') {
    const meant = memberMeant(issue.errors)
    if (meant) return meant.flatMap(inner => mistakesIn(inner, { schema, value, at: path }))
    if (issue.discriminator !== undefined) return [unknownKind(path, schema, value)]
  }
  const there = schemaAt(schema, path, value)
  const expected = issue.message || (there ? expectationOf(there) : 'something else')
  return [{ path, sentence: `expected ${expected}, found ${foundAt(value, path)}` }]
}

/** The one member of a union that fits in shape and is wrong in substance: its complaints are the useful ones. */
function memberMeant(errors: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const fitting = errors.filter(issues =>
    issues.every(issue => issue.path.length > 0 || issue.code === 'unrecognized_keys' || issue.code === 'custom'),
  )
  return fitting.length === 1 ? fitting[0] : undefined
}

function unknownSetting(path: Path, schema: z.core.$ZodType, value: unknown): Mistake {
  const word = String(path.at(-1))
  const known = schemaAt(schema, path.slice(0, -1), value)
  const names = knownNames(known, valueAt(value, path.slice(0, -1)))
  return { path, sentence: `expected ${oneKnown('a known setting', word, names)}, found "${word}"` }
}

function knownNames(schema: z.core.$ZodType | undefined, value: unknown): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape)
  if (!(schema instanceof z.ZodUnion)) return []
  const kind = valueAt(value, ['kind'])
  const options = schema.options.map(bareOf).filter(option => option instanceof z.ZodObject)
  const same = options.filter(({ shape }) => {
    const literal = shape.kind && bareOf(shape.kind)
    return !(literal instanceof z.ZodLiteral) || literal.values.has(kind as string)
  })
  return same.flatMap(({ shape }) => Object.keys(shape))
}

function unknownKind(path: Path, schema: z.core.$ZodType, value: unknown): Mistake {
  const union = schemaAt(schema, path.slice(0, -1), value)
  const kinds = union instanceof z.ZodDiscriminatedUnion ? discriminatorsOf(union) : []
  const word = valueAt(value, path)
  const expected = typeof word === 'string' ? oneKnown('a known kind', word, kinds) : `one of ${kinds.join(', ')}`
  return { path, sentence: `expected ${expected}, found ${foundAt(value, path)}` }
}

function oneKnown(what: string, word: string, known: readonly string[]): string {
  const meant = nearest(word, known)
  return meant === undefined ? `one of ${known.join(', ')}` : `${what} (did you mean "${meant}"?)`
}
