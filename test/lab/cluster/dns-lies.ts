/** What a DNS server, or whoever speaks in its place, can get wrong; each makes it of a good answer. */
export const lies = {
  /** Whoever guesses ids sends these (RFC 5452). */
  'other-id': answer => with16(answer, 0, answer.readUInt16BE(0) + 1),
  /** The right id, and the answer to something nobody asked: the first label is another. */
  'other-question': answer => withByte(answer, 13, 'x'.charCodeAt(0)),
  /** Nothing wrong but where it comes from. */
  'other-source': answer => answer,
  /** Too short to have a header. */
  stub: answer => answer.subarray(0, 5),
  /** The right id, and noise. */
  garbage: answer => Buffer.concat([answer.subarray(0, 2), Buffer.alloc(60, 0xff)]),
  /** The last record lacks its end, and no bit says that it was cut. */
  cut: answer => answer.subarray(0, -3),
} as const satisfies Record<string, (answer: Buffer) => Buffer>
export type Lie = keyof typeof lies

function with16(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes)
  changed.writeUInt16BE(value & 0xffff, at)
  return changed
}

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes)
  changed.writeUInt8(value, at)
  return changed
}
