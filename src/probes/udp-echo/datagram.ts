import type { Identity } from '../../outcome/identity.ts'

/**
 * Both ways the same header: magic "LHEC", version, type, length of the whole (16 bits), sequence number (32 bits),
 * nonce (8 bytes). Then, in an answer, who answered: instance and pod, a length byte before each. The rest is padding,
 * which the answer gives back as it was.
 * A question for later is the same, with the delay of its answer (32 bits, ms) where the padding begins.
 */
export const smallest = 64
/** Fits any path MTU there is in a cluster without fragments. */
export const largest = 1200
/** A week: longer than any idle timeout there is. */
export const longestDelayMs = 604_800_000

const magic = 0x4c48_4543
const version = 1
const header = 20
const types = { question: 1, answer: 2, later: 3, refusal: 4 } as const

/** `bytes` of the given size (padding included) become the question `seq`. Overwrites the header only. */
export function writeQuestion(bytes: Buffer, seq: number, nonce: Uint8Array): Buffer {
  bytes.writeUInt32BE(magic, 0)
  bytes.writeUInt8(version, 4)
  bytes.writeUInt8(types.question, 5)
  bytes.writeUInt16BE(bytes.length, 6)
  bytes.writeUInt32BE(seq, 8)
  bytes.set(nonce, 12)
  return bytes
}

/** Makes a question (see `writeQuestion`) one that is answered only after `delayMs`: by then the path may have forgotten us. */
export function askLater(question: Buffer, delayMs: number): Buffer {
  question.writeUInt8(types.later, 5)
  question.writeUInt32BE(delayMs, header)
  return question
}

/** How long a sound question wants to wait for its answer, ms. */
export const delayOf = (question: Buffer): number =>
  question.readUInt8(5) === types.later ? question.readUInt32BE(header) : 0

/** Why a datagram is no question, or one that is not answered: the closed list of what the server counts. */
export const flaws = [
  'short',
  'long',
  'magic',
  'version',
  'length',
  'type',
  'delay',
  'busy',
  'bad-proof',
  'stale-proof',
] as const
export type Flaw = (typeof flaws)[number]

export function flawOf(bytes: Buffer): Flaw | undefined {
  if (bytes.length < smallest) return 'short'
  if (bytes.length > largest) return 'long'
  if (bytes.readUInt32BE(0) !== magic) return 'magic'
  if (bytes.readUInt8(4) !== version) return 'version'
  if (bytes.readUInt16BE(6) !== bytes.length) return 'length'
  if (bytes.readUInt8(5) !== types.question && bytes.readUInt8(5) !== types.later) return 'type'
  return delayOf(bytes) > longestDelayMs ? 'delay' : undefined
}

/**
 * The answer to a sound question: the very same bytes but for the type and who we are, so never larger.
 * A pod name that has no room loses its beginning, the part it shares with its siblings.
 */
export function answerTo(question: Buffer, { instance, pod }: Identity): Buffer {
  const answer = Buffer.from(question)
  answer.writeUInt8(types.answer, 5)
  const process = Buffer.from(instance, 'latin1').subarray(0, 16)
  const room = Math.min(255, answer.length - header - 2 - process.length)
  const name = Buffer.from(pod, 'latin1').subarray(-room)
  answer.set([process.length, ...process, name.length, ...name], header)
  return answer
}

/**
 * Tells who asks that its proof was none: the header, and why in one byte. Shorter than any question, so that nobody gains by
 * asking in another's name.
 */
export function refusalOf(question: Buffer, why: Refused['refused']): Buffer {
  const refusal = Buffer.alloc(header + 1)
  refusal.set(question.subarray(0, header))
  refusal.writeUInt8(types.refusal, 5)
  refusal.writeUInt16BE(refusal.length, 6)
  refusal.writeUInt8(refusals.indexOf(why), header)
  return refusal
}
const refusals = ['bad-proof', 'stale-proof'] as const

export interface Refused {
  readonly refused: (typeof refusals)[number]
}

export interface Answered {
  readonly seq: number
  readonly instance: string
  readonly pod: string
}

/** The sequence number a datagram bears; `undefined` where it has none. */
export const seqOf = (bytes: Buffer): number | undefined =>
  bytes.length >= header && bytes.readUInt32BE(0) === magic ? bytes.readUInt32BE(8) : undefined

/** Reads what came as the answer to `question`, whose header and padding it must give back. */
export function readAnswer(question: Buffer, bytes: Buffer): Answered | Refused | 'malformed' | 'foreign' {
  if (bytes.length < header || !bytes.subarray(12, header).equals(question.subarray(12, header))) return 'foreign'
  if (bytes.length === header + 1 && bytes.readUInt8(4) === version && bytes.readUInt8(5) === types.refusal) {
    const refused = refusals[bytes.readUInt8(header)]
    return refused === undefined ? 'malformed' : { refused }
  }
  if (bytes.length !== question.length || bytes.readUInt8(4) !== version || bytes.readUInt8(5) !== types.answer)
    return 'malformed'
  const instance = wordAt(bytes, header)
  const pod = instance === undefined ? undefined : wordAt(bytes, header + 1 + instance.length)
  if (instance === undefined || pod === undefined) return 'malformed'
  const padding = header + 2 + instance.length + pod.length
  if (!bytes.subarray(padding).equals(question.subarray(padding))) return 'malformed'
  return { seq: bytes.readUInt32BE(8), instance, pod }
}

/** A length byte and as many printable characters. */
function wordAt(bytes: Buffer, at: number): string | undefined {
  const word = bytes.toString('latin1', at + 1, at + 1 + (bytes[at] ?? bytes.length))
  return word.length === bytes[at] && /^[\x21-\x7e]+$/.test(word) ? word : undefined
}
