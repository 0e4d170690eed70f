/** Why bytes cannot be the answer to our question. */
export type Implausible = 'short' | 'id' | 'not-response' | 'opcode' | 'qdcount' | 'counts'

/**
 * Looks at the header before dns-packet does, whose decoder believes the record counts there: a reply of 245 bytes that
 * promises 65,535 records keeps it busy for a third of a second. Each record takes at least 11 bytes, each question 5.
 */
export function plausible(bytes: Buffer, id: number): Implausible | undefined {
  if (bytes.length < 12) return 'short'
  if (bytes.readUInt16BE(0) !== id) return 'id'
  const flags = bytes.readUInt16BE(2)
  if (!(flags & 0x8000)) return 'not-response'
  return flawed(bytes, flags)
}

/** The same for a question that reaches a server. */
export function plausibleQuery(bytes: Buffer): Exclude<Implausible, 'id' | 'not-response'> | 'response' | undefined {
  if (bytes.length < 12) return 'short'
  const flags = bytes.readUInt16BE(2)
  return flags & 0x8000 ? 'response' : flawed(bytes, flags)
}

function flawed(bytes: Buffer, flags: number): 'opcode' | 'qdcount' | 'counts' | undefined {
  if (((flags >> 11) & 15) !== 0) return 'opcode'
  const questions = bytes.readUInt16BE(4)
  if (questions > 1) return 'qdcount'
  const records = bytes.readUInt16BE(6) + bytes.readUInt16BE(8) + bytes.readUInt16BE(10)
  return 12 + questions * 5 + records * 11 > bytes.length ? 'counts' : undefined
}
