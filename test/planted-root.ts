import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { realClock } from '../src/clock.ts'
import { machineAt } from '../src/evidence/machine.ts'
import type { Machine } from '../src/evidence/source.ts'

export interface PlantedRoot extends Disposable {
  readonly root: string
  /** The real one, with this root. */
  readonly machine: Machine
  plant(path: string, text: string | Buffer): void
}

/** A folder that stands for `/`, with these files below it. */
export function plantedRoot(files: Readonly<Record<string, string | Buffer>> = {}): PlantedRoot {
  const root = mkdtempSync(join(tmpdir(), 'longhold-root-'))
  const plant = (path: string, text: string | Buffer) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const [path, text] of Object.entries(files)) plant(path, text)
  return {
    root,
    machine: machineAt(root, realClock)(new AbortController().signal),
    plant,
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** The files of a fixture that `grep -r '' proc sys` printed: `path:line` for each line. */
export function greppedFiles(fixture: URL): Readonly<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const line of readFileSync(fixture, 'utf8').split('\n').slice(0, -1)) {
    const [, path = '', text = ''] = /^([^:]+):(.*)$/.exec(line) ?? []
    files[path] = `${files[path] ?? ''}${text}\n`
  }
  return files
}
