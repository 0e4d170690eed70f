import { open } from 'node:fs/promises'
import { reasonOf } from '../../reason.ts'
import { Absent } from '../../source.ts'

/** A kubeconfig of a hundred clusters is a tenth of this. */
const mostBytes = 1024 * 1024

/** The text of a file that holds credentials. Rejects with `Absent`, which never cites a byte of it. */
export async function readText(path: string): Promise<string> {
  const file = await open(path).catch(refuse(path))
  try {
    const { bytesRead, buffer } = await file
      .read(Buffer.alloc(mostBytes + 1), 0, mostBytes + 1, null)
      .catch(refuse(path))
    if (bytesRead > mostBytes) throw new Absent(`${path} is larger than ${mostBytes} bytes`)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

/** The same, `undefined` where there is no such file. */
export const readTextIfThere = (path: string): Promise<string | undefined> =>
  readText(path).catch((error: unknown) => {
    if (error instanceof Absent && error.message.includes('ENOENT')) return undefined
    throw error
  })

const refuse =
  (path: string) =>
  (error: unknown): never => {
    throw new Absent(`${path}: ${reasonOf(error)}`)
  }
