import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { lockFile } from '../../kernel/file-lock.ts'
import { Problem } from '../../outcome/problem.ts'
import { makeDir } from './segment.ts'

/** Held for as long as this process may write to the directory. */
export interface Lock {
  /** False once the lock file was removed: somebody else may have the directory now. */
  holds(): Promise<boolean>
  /** Never rejects; a second time does nothing. */
  release(): Promise<void>
}

/**
 * Makes this process the only writer of `dir`: the file `lock` in it is locked (flock), and says in words who has it.
 * The kernel gives the lock back when its holder dies, so a file left behind is never mistaken for a living writer.
 * Problem when another process has it; other errors come from the file system.
 */
export async function takeLock(dir: string): Promise<Lock> {
  await makeDir(dir)
  const path = join(dir, 'lock')
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT)
  try {
    if (!lockFile(handle.fd)) throw new Problem(`${path} is held by ${await holder(handle)}: ${fix}`)
    await handle.truncate()
    await handle.write(`pid ${process.pid} on ${hostname()}\n`, 0)
  } catch (error) {
    await handle.close()
    throw error
  }
  return {
    async holds() {
      const [ours, there] = await Promise.all([handle.stat(), stat(path)].map(file => file.catch(() => undefined)))
      return ours !== undefined && there?.ino === ours.ino && there.dev === ours.dev
    },
    release: () => handle.close().catch(() => {}), // already closed: what we want
  }
}

const fix = 'stop that process, or give this one a directory of its own (--journal DIR)'

async function holder(handle: FileHandle): Promise<string> {
  const text = (await handle.readFile('utf8')).trim()
  return /^pid \d+ on \S+$/.test(text) ? `another longhold (${text})` : 'another process'
}
