import { readFile } from 'node:fs/promises'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { Problem } from '../outcome/problem.ts'
import { beat } from '../schedule/beat.ts'

/** How long what was read is used before its files are looked at again, ms: mounted Secrets rotate. */
export const keptMs = 10_000

/** One file, and the setting that names it. */
export interface NamedFile {
  readonly setting: string
  readonly file: string
}

/** What is made of files, and made anew when they change. */
export interface Mounted<T> {
  /** In force as of the last look. */
  readonly current: T
  /** In force now: looks again when the last look is 10 s old. Never rejects. */
  now(): Promise<T>
  /** Looks every 10 s, and tells each change, until the returned function is called. */
  follow(changed: (made: T) => void): () => void
}

export interface Making<T> {
  /** Where it is set, such as `web.tls`. */
  readonly setting: string
  readonly files: readonly NamedFile[]
  /** Made of the text of each file, in order. Throws a Problem where they are no good, or do not fit together. */
  readonly make: (texts: readonly string[]) => T
}

/**
 * Reads files of a Secret. Rejects with a Problem that says what is wrong with them. Later, what is missing, broken or half
 * rotated leaves in force what was, and is logged once.
 */
export async function mounted<T>(
  { setting, files, make }: Making<T>,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<Mounted<T>> {
  let texts = await textsOf(files)
  let current = make(texts)
  let lookedAt = clock.steady()
  let looking: Promise<void> | undefined
  let complaint = ''

  async function look(): Promise<void> {
    try {
      const found = await textsOf(files)
      if (found.some((text, at) => text !== texts[at])) {
        current = make(found)
        texts = found
        log.info(`${setting}: the files changed, and what is in them counts from now on`)
      }
      complaint = ''
    } catch (error) {
      const why = error instanceof Problem ? error.message : String(error)
      if (why !== complaint) log.warn(`${why}; what was read before stays in force`)
      complaint = why
    } finally {
      lookedAt = clock.steady()
      looking = undefined
    }
  }

  async function now(): Promise<T> {
    if (looking || clock.steady() - lookedAt >= keptMs) await (looking ??= look())
    return current
  }

  return {
    get current() {
      return current
    },
    now,
    follow(changed) {
      let last = current
      return beat(clock, { everyMs: keptMs, delayMs: keptMs }, () => {
        void now().then(made => {
          if (made !== last) changed(made)
          last = made
        })
      })
    },
  }
}

/** One after the other: of several that cannot be read, the first is named, whichever the disk answers first. */
const textsOf = (files: readonly NamedFile[]): Promise<string[]> =>
  Array.fromAsync(files, ({ setting, file }) =>
    readFile(file, 'utf8').catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      throw new Problem(`${setting}: cannot read ${file} (${why})`, 2)
    }),
  )
