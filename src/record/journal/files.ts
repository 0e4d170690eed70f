import { statfs } from 'node:fs/promises'
import { findSegments, newSegment, removeSegment, type Segment, syncDir } from './segment.ts'

/** What goes into a pair of files: JSON lines, and lines of the histogram log. */
export interface Texts {
  readonly lines: string
  readonly histograms: string
}

/** The files of a journal, the newest open for writing, all of them together within `maxBytes`. */
export interface Files {
  /** Of all files. */
  readonly bytes: number
  /** Whether the newest has had its share, `more` bytes included: time for a new pair. */
  full(more: number): boolean
  /** Begins a new pair of files with what `head` says once they are made, and removes the oldest beyond `maxBytes`. */
  begin(head: () => Texts): Promise<void>
  /** Appends to the newest pair; resolves when the kernel has all of it. One call at a time. */
  append(texts: Texts): Promise<void>
  /** Resolves when the disk has all that was appended. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** Of `maxBytes` in a pair of files: small enough that removing the oldest loses little of the past. */
const share = 16
/** Files of a process that restarts again and again are small and many; a directory of them stays readable. */
const mostSegments = 256

export function files(dir: string, maxBytes: number): Files {
  const limit = Math.ceil(maxBytes / share)
  let current: Segment | undefined
  let headBytes = 0
  let older = 0

  async function begin(head: () => Texts): Promise<void> {
    const number = 1 + Math.max(current?.number ?? 0, ...(await found(dir)).map(each => each.number))
    const next = await newSegment(dir, number)
    try {
      const texts = head()
      await trim(number, sizeOf(texts))
      await put(next, texts)
      await next.sync()
      await syncDir(dir) // before any older file goes: after a power cut there is always one that begins with its totals
    } catch (error) {
      await next.close().catch(() => {})
      await removeSegment(dir, number).catch(() => {}) // without its head it is worth nothing
      throw error
    }
    await current?.close()
    current = next
    headBytes = next.bytes
    older = await trim(number, headBytes + 2 * limit)
  }

  /** Removes the oldest until `room` bytes fit beside those before the newest. Returns how many bytes these have. */
  async function trim(newest: number, room: number): Promise<number> {
    const before = (await found(dir)).filter(({ number }) => number < newest)
    let bytes = before.reduce((sum, each) => sum + each.bytes, 0)
    while (before.length > 0 && (bytes + room > maxBytes || before.length >= mostSegments)) {
      const oldest = before.shift()
      if (!oldest) break
      await removeSegment(dir, oldest.number)
      bytes -= oldest.bytes
    }
    return bytes
  }

  return {
    get bytes() {
      return older + (current?.bytes ?? 0)
    },
    full: more => (current?.bytes ?? 0) - headBytes + more > limit,
    begin,
    async append(texts) {
      if (!current) return
      const room = current.bytes + sizeOf(texts)
      if (older + room > maxBytes) older = await trim(current.number, room)
      await put(current, texts)
    },
    async sync() {
      await current?.sync()
    },
    async close() {
      await current?.sync()
      await current?.close()
      current = undefined
    },
  }
}

/** The histograms first: whoever reads their mark among the lines finds them. */
async function put(segment: Segment, { lines, histograms }: Texts): Promise<void> {
  if (histograms !== '') await segment.append('histograms', histograms)
  if (lines !== '') await segment.append('lines', lines)
}

/** Whether there is room to go on for a while: a journal that starts and stops over and over helps nobody. */
export async function hasRoom(dir: string, maxBytes: number): Promise<boolean> {
  const { bavail, bsize } = await statfs(dir)
  return bavail * bsize >= Math.min(1024 * 1024, maxBytes / share)
}

const sizeOf = ({ lines, histograms }: Texts): number => Buffer.byteLength(lines) + Buffer.byteLength(histograms)
const found = (dir: string) => findSegments(dir).catch(() => [])
