import { type DecodedPacket, decode } from 'dns-packet'
import { plausible } from './guard.ts'
import type { Query } from './query.ts'

/** What an answer says, as far as a probe cares. */
export interface Answer {
  /** In DNS's own words, a closed list: see `rcodeName`. */
  readonly rcode: string
  /** It was cut: the question wants TCP. */
  readonly truncated: boolean
  /** Records in the answer section. */
  readonly answers: number
  /** No section has a record, and neither AA nor RA is set: a server that passes the buck (res_send.c: "referred query"). */
  readonly referral: boolean
  /** An error without our question in it: only the id says that it is ours. */
  readonly questionless: boolean
}

/** Larger answers (over TCP) are read as far as the question: decoding 64 KiB may take a fifth of a second. */
const decoded = 4096

/**
 * Reads what came with the id of `query`. `foreign`: it answers another question. `malformed`: no answer at all.
 * Never throws, and takes no longer than the size of `bytes` justifies, whoever made them.
 */
export function readAnswer({ id, bytes: query, end }: Query, bytes: Buffer): Answer | 'malformed' | 'foreign' {
  const reason = plausible(bytes, id)
  if (reason === 'id') return 'foreign'
  // A cut answer may well promise more records than it has.
  const truncated = bytes.length >= 12 && (bytes.readUInt16BE(2) & 0x0200) !== 0
  if (reason !== undefined && !(reason === 'counts' && truncated)) return 'malformed'
  const short = bytes.readUInt16BE(2) & 15
  const answer = {
    truncated,
    answers: bytes.readUInt16BE(6),
    referral: short === 0 && (bytes.readUInt16BE(2) & 0x0480) === 0 && bytes.readUInt32BE(6) === 0,
    questionless: bytes.readUInt16BE(4) === 0,
  }
  if (answer.questionless) return short === 0 ? 'malformed' : { ...answer, rcode: rcodeName(short) }
  if (!sameQuestion(query, bytes, end)) return 'foreign'
  if (truncated || bytes.length > decoded) return { ...answer, rcode: rcodeName(short) }
  const packet = decodeSafely(bytes)
  if (!packet) return 'malformed'
  const opt = packet.additionals?.find(record => record.type === 'OPT')
  return { ...answer, rcode: rcodeName(((opt?.extendedRcode ?? 0) << 4) | short) }
}

/** True for a message with our id and our question, whatever follows: glibc's res_send looks no further. */
export const echoes = ({ id, bytes: query, end }: Query, bytes: Buffer): boolean =>
  bytes.length >= 12 && bytes.readUInt16BE(0) === id && bytes.readUInt16BE(4) === 1 && sameQuestion(query, bytes, end)

/** RFC 1035 4.1.2. Names compare without regard to case (RFC 4343); type and class exactly. */
function sameQuestion(query: Buffer, bytes: Buffer, end: number): boolean {
  if (bytes.length < end || !query.subarray(end - 4, end).equals(bytes.subarray(end - 4, end))) return false
  for (let at = 12; at < end - 4; at++) if (lower(query[at] ?? 0) !== lower(bytes[at] ?? 0)) return false
  return true
}

/** A label's length is below 64, so it is never taken for a letter. */
const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)

/** Some of dns-packet's decoders read past the end; `decode.bytes` then is too large, or not a number. */
export function decodeSafely(bytes: Buffer): DecodedPacket | undefined {
  try {
    const packet = decode(bytes)
    return decode.bytes <= bytes.length ? packet : undefined
  } catch {
    return undefined
  }
}

/** RFC 6895, by number from 0. */
const rcodes = 'NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE'.split(' ')

/** The name of a full, 12 bit response code; `OTHER` for one without a name, since a server must not make up labels. */
export function rcodeName(rcode: number): string {
  return rcodes[rcode] ?? { 16: 'BADVERS', 23: 'BADCOOKIE' }[rcode] ?? 'OTHER'
}
