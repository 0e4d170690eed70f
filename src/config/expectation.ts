import { z } from 'zod'
import { valueAt } from './found.ts'
import type { Path } from './mistake.ts'

/** What a plain zod schema asks for, in words; the schemas of `settings/` bring their own. */
export function expectationOf(schema: z.core.$ZodType): string {
  const bare = bareOf(schema)
  if (bare instanceof z.ZodNumber) return numberOf(bare)
  if (bare instanceof z.ZodEnum) return oneOf(bare.options)
  if (bare instanceof z.ZodLiteral) return oneOf([...bare.values])
  if (bare instanceof z.ZodDiscriminatedUnion)
    return `a list entry with one of the kinds ${discriminatorsOf(bare).join(', ')}`
  if (bare instanceof z.ZodUnion) return bare.options.map(expectationOf).join(' or ')
  if (bare instanceof z.ZodObject) return `settings (${Object.keys(bare.shape).join(', ')})`
  if (bare instanceof z.ZodArray) return 'a list'
  if (bare instanceof z.ZodBoolean) return 'true or false'
  if (bare instanceof z.ZodString) return 'text'
  return 'something else'
}

/** The schema that `path` ends at; which member of a union is told by what was written there. */
export function schemaAt(schema: z.core.$ZodType, path: Path, value: unknown): z.core.$ZodType | undefined {
  const bare = bareOf(schema)
  const [step, ...rest] = path
  if (step === undefined) return bare
  if (bare instanceof z.ZodObject) {
    const field: z.core.$ZodType | undefined = Object.hasOwn(bare.shape, step) ? bare.shape[String(step)] : undefined
    return field && schemaAt(field, rest, valueAt(value, [step]))
  }
  if (bare instanceof z.ZodArray) return schemaAt(bare.element, rest, valueAt(value, [step]))
  if (bare instanceof z.ZodUnion) {
    const found = bare.options
      .filter(option => sameKind(bareOf(option), value))
      .map(option => schemaAt(option, path, value))
    return found.find(each => each !== undefined)
  }
  return undefined
}

/** The schema of what is written, without default, codec and the like around it. */
export function bareOf(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodPipe) return bareOf(schema.in)
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodReadonly
  )
    return bareOf(schema.unwrap())
  return schema
}

/** The values a discriminated union tells its members apart by. */
export function discriminatorsOf(union: z.ZodDiscriminatedUnion): string[] {
  const { discriminator } = union.def
  return union.options.flatMap(option => {
    const bare = bareOf(option)
    const literal = bare instanceof z.ZodObject ? bareOf(bare.shape[discriminator]) : undefined
    return literal instanceof z.ZodLiteral ? [...literal.values].map(String) : []
  })
}

/** Whether an option is the one meant: an object of the same `kind`, or at least an object for an object. */
function sameKind(option: z.core.$ZodType, value: unknown): boolean {
  if (!(option instanceof z.ZodObject)) return option instanceof z.ZodArray && Array.isArray(value)
  const literal = option.shape.kind && bareOf(option.shape.kind)
  return !(literal instanceof z.ZodLiteral) || literal.values.has(valueAt(value, ['kind']) as string)
}

function numberOf(schema: z.ZodNumber): string {
  const what = schema.isInt ? 'a whole number' : 'a number'
  const [min, max] = [bound(schema.minValue), bound(schema.maxValue)]
  if (min === undefined) return max === undefined ? what : `${what} up to ${max}`
  return max === undefined ? `${what} from ${min}` : `${what} from ${min} to ${max}`
}

/** zod gives every whole number the safe integers as bounds; nobody asked for those. */
const bound = (value: number | null): number | undefined =>
  value === null || !Number.isFinite(value) || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value

const oneOf = (values: readonly unknown[]): string =>
  values.length === 1 ? JSON.stringify(values[0]) : `one of ${values.join(', ')}`
