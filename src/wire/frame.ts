/**
 * Frames of the pair, version 1. Every frame is a header of 8 bytes and a payload:
 *
 *     0      2        3      4             8
 *     | LH   | version| type | length (BE) | payload ...
 *
 * hello and welcome carry JSON, ping and pong a sequence number and random bytes, bye a reason as text.
 */
export const version = 1
export const headerBytes = 8
/** Longest payload of any frame: what a stranger can make us buffer. */
export const maxPayload = 2048
/** Random bytes in a ping: enough that a stale or foreign answer cannot match by chance. */
export const nonceBytes = 16
export const pingBytes = headerBytes + 4 + nonceBytes

export const frameTypes = { hello: 1, welcome: 2, ping: 3, pong: 4, bye: 5 } as const
export type FrameType = keyof typeof frameTypes

const names = new Map<number, FrameType>(Object.entries(frameTypes).map(([name, code]) => [code, name as FrameType]))
const magic = 0x4c48 // "LH"

export interface Frame {
  readonly type: FrameType
  /** What was read, and from where to where in it the payload lies: copy what must outlive the call. */
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

export const payloadOf = ({ bytes, start, end }: Frame): Buffer => bytes.subarray(start, end)

/** Why bytes were not a frame. A closed list: it becomes a metric label. */
export const malformations = ['bad-magic', 'bad-version', 'bad-type', 'too-long'] as const
export type Malformation = (typeof malformations)[number]

/** What is at the front of `bytes`: a frame (the next begins where it ends), too few bytes yet, or no frame at all. */
export type Peeled = Frame | { readonly wants: number } | { readonly malformed: Malformation }

/** Reads one frame at `start`. Never allocates for a length it was only told, never throws. */
export function peel(bytes: Buffer, start = 0): Peeled {
  const have = bytes.length - start
  if (have >= 1 && bytes[start] !== magic >> 8) return { malformed: 'bad-magic' }
  if (have >= 2 && bytes[start + 1] !== (magic & 0xff)) return { malformed: 'bad-magic' }
  if (have >= 3 && bytes[start + 2] !== version) return { malformed: 'bad-version' }
  const type = have >= 4 ? names.get(bytes[start + 3] ?? 0) : undefined
  if (have >= 4 && !type) return { malformed: 'bad-type' }
  if (have < headerBytes || !type) return { wants: headerBytes }
  const length = bytes.readUInt32BE(start + 4)
  if (length > maxPayload) return { malformed: 'too-long' }
  const end = start + headerBytes + length
  if (bytes.length < end) return { wants: headerBytes + length }
  return { type, bytes, start: start + headerBytes, end }
}

/** Writes a frame around `payload`. Throws RangeError on more than `maxPayload` bytes: that is a bug of ours. */
export function frame(type: FrameType, payload: Uint8Array): Buffer {
  if (payload.byteLength > maxPayload) throw new RangeError(`a ${type} of ${payload.byteLength} bytes`)
  const bytes = Buffer.allocUnsafe(headerBytes + payload.byteLength)
  bytes.writeUInt16BE(magic, 0)
  bytes[2] = version
  bytes[3] = frameTypes[type]
  bytes.writeUInt32BE(payload.byteLength, 4)
  bytes.set(payload, headerBytes)
  return bytes
}

/** A ping or pong: the sequence number, then `nonce`, which the other side sends back as it came. */
export function beat(type: 'ping' | 'pong', sequence: number, nonce: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(headerBytes + 4 + nonce.byteLength)
  writeBeat(bytes, type, sequence)
  bytes.set(nonce, headerBytes + 4)
  return bytes
}

/** Makes `bytes` a ping or pong. What is in them behind the sequence number stays, as the nonce. */
export function writeBeat(bytes: Buffer, type: 'ping' | 'pong', sequence: number): void {
  bytes.writeUInt16BE(magic, 0)
  bytes[2] = version
  bytes[3] = frameTypes[type]
  bytes.writeUInt32BE(bytes.length - headerBytes, 4)
  bytes.writeUInt32BE(sequence, headerBytes)
}

/** Whether a frame carries the same payload as `sent`, a whole frame. By hand: `Buffer.compare` costs half a microsecond. */
export function echoes({ bytes, start, end }: Frame, sent: Buffer): boolean {
  if (end - start !== sent.length - headerBytes) return false
  for (let at = headerBytes; at < sent.length; at++) if (bytes[start + at - headerBytes] !== sent[at]) return false
  return true
}
