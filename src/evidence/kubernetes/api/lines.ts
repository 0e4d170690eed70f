/** An object in etcd has at most 1.5 MiB; as JSON it may take twice that. */
export const longestLine = 4 * 1024 * 1024
const newline = 0x0a

/** Whole lines of what comes in pieces; the last one, cut off, is left out. Throws at a line without end. */
export async function* lines(pieces: AsyncIterable<Buffer>, most = longestLine): AsyncGenerator<string, void> {
  const begun = gathered(most, `a line of its watch is longer than ${most} bytes`)
  for await (const piece of pieces) {
    let from = 0
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, from)) {
      begun.add(piece.subarray(from, end))
      yield begun.take()
      from = end + 1
    }
    begun.add(piece.subarray(from))
  }
}

/** All of it, at most so many bytes. */
export async function whole(pieces: AsyncIterable<Buffer>, most: number): Promise<string> {
  const all = gathered(most, `its answer is larger than ${most} bytes`)
  for await (const piece of pieces) all.add(piece)
  return all.take()
}

const usualBytes = 64 * 1024

/** One buffer that grows: pieces kept one by one would each keep alive what they were cut from. */
function gathered(most: number, tooMuch: string) {
  let buffer = Buffer.allocUnsafe(usualBytes)
  let length = 0
  return {
    add(piece: Buffer): void {
      const needed = length + piece.length
      if (needed > most) throw new Error(tooMuch)
      if (needed > buffer.length) {
        const larger = Buffer.allocUnsafe(Math.max(needed, buffer.length * 2))
        buffer.copy(larger, 0, 0, length)
        buffer = larger
      }
      piece.copy(buffer, length)
      length = needed
    },
    take(): string {
      const text = buffer.toString('utf8', 0, length)
      if (buffer.length > usualBytes) buffer = Buffer.allocUnsafe(usualBytes)
      length = 0
      return text
    },
  }
}
