import { writeFileSync } from 'node:fs'
import { kinds } from '../probes/index.ts'
import { jsonSchema } from './json-schema.ts'

// `npm run schema`: config.schema.json at the root, which editors read.
const file = new URL('../../config.schema.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(jsonSchema(kinds), null, 2)}\n`)
