import { writeSync } from 'node:fs'

/** Writes to standard output, all of it before anything ends. A reader that went away is no mistake. */
export function print(text: string): void {
  let rest = Buffer.from(text)
  while (rest.length > 0)
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'EPIPE') return
      if (code !== 'EAGAIN') throw error
    }
}
