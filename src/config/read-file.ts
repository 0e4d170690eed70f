import { closeSync, openSync, readSync } from 'node:fs'
import { Problem } from '../outcome/problem.ts'
import { maxCharacters } from './document.ts'

/** The text of a configuration file; never more of it than is worth reading, so that /dev/zero is a mistake and no hang. */
export function readFile(file: string): string {
  try {
    return read(openSync(file, 'r'))
  } catch (error) {
    throw new Problem(`${file}: expected a configuration that can be read, found ${reason(error)}`, 2)
  }
}

function read(fd: number): string {
  try {
    const bytes = Buffer.alloc(maxCharacters * 4 + 1)
    let length = 0
    for (let got = -1; got !== 0 && length < bytes.length; length += got)
      got = readSync(fd, bytes, length, bytes.length - length, null)
    return bytes.toString('utf8', 0, length)
  } finally {
    closeSync(fd)
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read it',
  EISDIR: 'a directory',
  ENOTDIR: 'a file where a directory should be on the way',
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  return reasons[code] ?? code
}
