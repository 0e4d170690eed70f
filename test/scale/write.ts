import { writeFileSync } from 'node:fs'
import { documented, file } from './document.ts'

// npm run scale: writes the tables of docs/scale.md from the code, the manifests and a pair of real processes.

const { now, anew } = await documented()
writeFileSync(file, anew)
process.stdout.write(now === anew ? 'docs/scale.md stands as it was\n' : 'docs/scale.md is written anew\n')
