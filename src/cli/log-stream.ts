import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { Problem } from '../outcome/problem.ts'
import { complain } from './complain.ts'

/** Bytes that wait for a reader who pauses: what does not fit is lost. */
const mostWaiting = 1 << 20

/** Where log lines go. */
export interface LogStream {
  write(line: string): void
  /** Resolves when everything is out. */
  flushed(): Promise<void>
}

/**
 * stdout, such that nobody who reads it can hold up the event loop, and every probe with it: lines for a pipe wait in
 * memory while its reader pauses. A full disk costs lines, and is told on stderr. `lost` hears that nobody reads any more.
 */
export function logStream(lost: (reason: string) => void): LogStream {
  const { stdout } = process
  let failing = false

  function failed(error: Error): void {
    if ('code' in error && error.code === 'EPIPE') return lost('the output is closed')
    if (!failing)
      complain(new Problem(`cannot write the log (${error.message}): make room where it goes; probing goes on.`))
    failing = true
  }

  /** A file: not through `process.stdout`, which is over after its first error. */
  function writeNow(line: string): void {
    try {
      writeSync(stdout.fd, line)
      failing = false
    } catch (error) {
      failed(error as Error) // node throws nothing else
    }
  }

  if (!(stdout instanceof Socket)) return { write: writeNow, flushed: () => Promise.resolve() }
  stdout.on('error', failed)
  return {
    write(line) {
      if (stdout.writableLength < mostWaiting) stdout.write(line)
    },
    flushed: () => new Promise(resolve => stdout.write('', () => resolve())),
  }
}
