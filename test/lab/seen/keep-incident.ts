import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Copies an incident as a run left it to where incidents are kept, its long files gzipped; what was there goes. */
export function keepIncident(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  copyFileSync(join(from, 'incident.json'), join(to, 'incident.json'))
  for (const name of ['observations.jsonl', 'looks.jsonl'])
    writeFileSync(join(to, `${name}.gz`), gzipSync(readFileSync(join(from, name)), { level: 9 }))
}
