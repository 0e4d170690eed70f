import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** One pair of files of a journal: JSON lines, and a histogram log beside them. */
export interface Segment {
  readonly number: number
  /** Of both files, as far as they are written. */
  readonly bytes: number
  /** Appends to one of the two files. Resolves when the kernel has it; rejects when it has not taken all of it. */
  append(file: 'lines' | 'histograms', text: string): Promise<void>
  /** Resolves when the disk has all of it: a power cut takes nothing of it away. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** One pair of files that is there. */
export interface Found {
  readonly number: number
  readonly bytes: number
}

export const linesName = (number: number): string => `journal-${String(number).padStart(6, '0')}.jsonl`
export const histogramsName = (number: number): string => `journal-${String(number).padStart(6, '0')}.hlog`

/** Makes both files, and the directory if need be. Rejects if one of them is there already. */
export async function newSegment(dir: string, number: number): Promise<Segment> {
  await makeDir(dir)
  const lines = await open(join(dir, linesName(number)), 'ax')
  const histograms = await open(join(dir, histogramsName(number)), 'ax').catch(async (error: unknown) => {
    await lines.close()
    throw error
  })
  let bytes = 0
  return {
    number,
    get bytes() {
      return bytes
    },
    async append(file, text) {
      const handle = file === 'lines' ? lines : histograms
      await handle.appendFile(text)
      bytes += Buffer.byteLength(text)
      await stillThere(handle)
    },
    async sync() {
      await Promise.all([lines.datasync(), histograms.datasync()])
    },
    async close() {
      await Promise.all([lines.close(), histograms.close()])
    },
  }
}

/** Resolves when the disk knows what files there are (fsync(2): that of a file does not say so of its name). */
export async function syncDir(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * `mkdir -p`. Node's own keeps trying for ever, one thread of its pool lost, where the parent is there and the kernel
 * still answers ENOENT (below /proc, behind a dangling link).
 */
export async function makeDir(dir: string): Promise<void> {
  const error = await mkdir(dir).catch((thrown: NodeJS.ErrnoException) => thrown)
  if (!error || (error.code === 'EEXIST' && (await isDirectory(dir)))) return
  if (error.code !== 'ENOENT' || (await isDirectory(dirname(dir)))) throw error
  await makeDir(dirname(dir))
  await mkdir(dir)
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    found => found.isDirectory(),
    () => false,
  )

/** A file whose directory was removed takes every write and keeps none. */
async function stillThere(handle: FileHandle): Promise<void> {
  const { nlink } = await handle.stat()
  if (nlink === 0) throw Object.assign(new Error('its file was removed'), { code: 'ENOENT' })
}

/** What segments there are, oldest first. Rejects when there is no such directory. */
export async function findSegments(dir: string): Promise<Found[]> {
  const names = await readdir(dir)
  const numbers = new Set(
    names.flatMap(name => /^journal-(\d{6,15})\.(?:jsonl|hlog)$/.exec(name)?.[1] ?? []).map(Number),
  )
  const sorted = [...numbers].sort((a, b) => a - b)
  return Promise.all(sorted.map(async number => ({ number, bytes: await bytesOf(dir, number) })))
}

async function bytesOf(dir: string, number: number): Promise<number> {
  const files = [linesName(number), histogramsName(number)].map(name => stat(join(dir, name)).catch(() => undefined))
  return (await Promise.all(files)).reduce((sum, file) => sum + (file?.size ?? 0), 0)
}

export async function removeSegment(dir: string, number: number): Promise<void> {
  await Promise.all([linesName(number), histogramsName(number)].map(name => rm(join(dir, name), { force: true })))
}
