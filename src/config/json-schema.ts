import { z } from 'zod'
import type { Kind } from '../probes/kind.ts'
import { configSchema } from './schema.ts'

/** The schema of longhold.yaml as JSON Schema (2020-12), for editors: what may be written, with every default as written. */
export function jsonSchema(kinds: readonly Kind[]): object {
  const { $schema, ...schema } = z.toJSONSchema(configSchema(kinds), { io: 'input', override: withDefault })
  return { $schema, title: 'longhold.yaml', ...schema }
}

/** zod drops the default of a setting that is read into something else (`15m` into ms); people want it as they write it. */
function withDefault({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes
  jsonSchema: z.core.JSONSchema.BaseSchema
}) {
  if (zodSchema instanceof z.ZodDefault)
    jsonSchema.default = z.encode(zodSchema.unwrap() as z.ZodType, zodSchema.def.defaultValue)
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
}
