/** A message with its length before it (RFC 1035 4.2.2). */
export function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/**
 * Puts messages together from the chunks of a TCP stream, however they were cut. Returns false once one is announced that
 * is longer than `longest`: nothing after it can be read. Holds no more than one message and one chunk.
 */
export function unframe(longest: number, onMessage: (bytes: Buffer) => void): (chunk: Buffer) => boolean {
  let chunks: Buffer[] = []
  let held = 0
  let wanted = 2
  return chunk => {
    chunks.push(chunk)
    held += chunk.length
    // Joined only when there is something to read: a byte at a time costs no more than all at once.
    while (held >= wanted) {
      const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
      const end = 2 + bytes.readUInt16BE(0)
      if (end - 2 > longest) return false
      const whole = bytes.length >= end
      if (whole) onMessage(bytes.subarray(2, end))
      chunks = whole ? [bytes.subarray(end)] : [bytes]
      held = bytes.length - (whole ? end : 0)
      wanted = whole ? 2 : end
    }
    return true
  }
}
