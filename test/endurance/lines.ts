import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the files of a journal say, counted by a reader that knows nothing of longhold's own. */
export interface Counted {
  /** Whole lines of observations, by run. */
  readonly byRun: readonly number[]
  /** By `side cohort`. */
  readonly opened: Readonly<Record<string, number>>
  readonly exchanged: Readonly<Record<string, number>>
  readonly ended: Readonly<Record<string, number>>
  /** By `probe mode`. */
  readonly asked: Readonly<Record<string, number>>
  /** Lines that are no JSON. */
  readonly torn: number
}

interface Line {
  readonly type?: string
  readonly side?: string
  readonly cohort?: string
  readonly probe?: string
  readonly mode?: string
}

export function countLines(dir: string): Counted {
  const byRun: number[] = []
  const [opened, exchanged, ended, asked] = [{}, {}, {}, {}] as Record<string, number>[]
  let torn = 0
  const files = readdirSync(dir)
    .filter(name => name.endsWith('.jsonl'))
    .toSorted()
  for (const name of files)
    for (const text of readFileSync(join(dir, name), 'utf8').split('\n')) {
      if (text === '') continue
      const line = parsed(text)
      if (!line) torn += 1
      else if (line.type !== undefined) {
        if (line.type === 'began') byRun.push(0)
        byRun[byRun.length - 1] = (byRun.at(-1) ?? 0) + 1
        const of = `${line.side} ${line.cohort}`
        if (line.type === 'opened') add(opened, of)
        if (line.type === 'exchanged') add(exchanged, of)
        if (line.type === 'ended') add(ended, of)
        if (line.type === 'asked') add(asked, `${line.probe} ${line.mode}`)
      }
    }
  return { byRun, opened: opened ?? {}, exchanged: exchanged ?? {}, ended: ended ?? {}, asked: asked ?? {}, torn }
}

function parsed(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line
  } catch {
    return undefined
  }
}

function add(counts: Record<string, number> | undefined, of: string): void {
  if (counts) counts[of] = (counts[of] ?? 0) + 1
}
