/** A message with its length before it (RFC 1035 4.2.2). */
export function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** Messages read out of one chunk, at most: a client that follows RFC 7766 sends a few together, a flood sends thousands. */
const mostAtOnce = 32

/**
 * Puts messages together from the chunks of a TCP stream, however they were cut. Returns why the stream is not worth
 * reading on: a message is announced that is longer than `longest`, or one chunk holds too many. Holds no more than one
 * message and one chunk.
 */
export function unframe(
  longest: number,
  onMessage: (bytes: Buffer) => void,
): (chunk: Buffer) => 'long' | 'many' | undefined {
  let chunks: Buffer[] = []
  let held = 0
  let wanted = 2
  return chunk => {
    let messages = 0
    chunks.push(chunk)
    held += chunk.length
    // Joined only when there is something to read: a byte at a time costs no more than all at once.
    while (held >= wanted) {
      const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
      const end = 2 + bytes.readUInt16BE(0)
      if (end - 2 > longest) return 'long'
      const whole = bytes.length >= end
      if (whole && ++messages > mostAtOnce) return 'many'
      if (whole) onMessage(bytes.subarray(2, end))
      chunks = whole ? [bytes.subarray(end)] : [bytes]
      held = bytes.length - (whole ? end : 0)
      wanted = whole ? 2 : end
    }
    return undefined
  }
}
