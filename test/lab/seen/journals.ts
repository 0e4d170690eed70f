import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { Observation, Side } from '../../../src/outcome/observation.ts'
import type { Seen } from './incident.ts'

/** Follows journals while they are written: every observation of both halves, in the order of its time. */
export interface Journals {
  /** Follows the journal in `dir` from its beginning; a half that starts again goes on with the same one. */
  follow(dir: string, pod: string, half: Side): void
  /** Everything so far. */
  read(): readonly Seen[]
}

interface Followed {
  readonly dir: string
  readonly pod: string
  readonly half: Side
  readonly files: Map<string, { at: number; rest: string }>
}

export function journals(): Journals {
  const followed: Followed[] = []
  const seen: Seen[] = []
  return {
    follow(dir, pod, half) {
      if (!followed.some(each => each.dir === dir)) followed.push({ dir, pod, half, files: new Map() })
    },
    read() {
      const before = seen.length
      for (const each of followed) for (const line of newLines(each)) seen.push(...observation(line, each))
      if (seen.length > before) seen.sort((a, b) => a.at - b.at)
      return seen
    },
  }
}

function* newLines({ dir, files }: Followed): Iterable<string> {
  for (const name of segments(dir)) {
    const file = files.get(name) ?? { at: 0, rest: '' }
    files.set(name, file)
    const text = file.rest + readFrom(join(dir, name), file.at)
    file.at += Buffer.byteLength(text) - Buffer.byteLength(file.rest)
    const lines = text.split('\n')
    file.rest = lines.pop() ?? ''
    yield* lines
  }
}

function segments(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter(name => /^journal-\d+\.jsonl$/.test(name))
      .sort()
  } catch {
    return [] // it has not begun
  }
}

function readFrom(path: string, at: number): string {
  const fd = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(fstatSync(fd).size - at)
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, at)) // ASCII: JSON of our own
  } finally {
    closeSync(fd)
  }
}

/** The journal's own notes are no observations, and neither is what is only declared. */
function observation(line: string, { pod, half }: Followed): Seen[] {
  const read = JSON.parse(line) as Observation | { readonly journal: string }
  return 'type' in read && read.type !== 'declared' ? [{ ...read, pod, half }] : []
}
