import { isStale, type Unproven } from '../../secrets/proof.ts'
import type { SharedToken } from '../../secrets/shared-token.ts'
import type { Clock } from '../../clock.ts'

/**
 * Who asks proves the token in the last bytes of the padding, which a server without one gives back like any other: the time
 * (epoch ms, 64 bits), and the first half of the HMAC-SHA256 of all that stands before it.
 */
const macBytes = 16
const trailer = 8 + macBytes

/** Overwrites the end of a question that is otherwise as it will be sent. */
export function prove(question: Buffer, token: SharedToken | undefined, clock: Clock): Buffer {
  if (!token) return question
  question.writeBigUInt64BE(BigInt(clock.now()), question.length - trailer)
  question.set(token.mac(question.subarray(0, -macBytes)).subarray(0, macBytes), question.length - macBytes)
  return question
}

/**
 * Why a sound question is not answered. Copies of one are answered alike, as the network is asked for its copies here: within the
 * time a proof is good for, who overhears one can have it answered again.
 */
export function unprovenQuestion(
  question: Buffer,
  token: SharedToken,
  clock: Clock,
): Extract<Unproven, 'bad-proof' | 'stale-proof'> | undefined {
  if (!token.fits(question.subarray(0, -macBytes), question.subarray(-macBytes))) return 'bad-proof'
  return isStale(Number(question.readBigUInt64BE(question.length - trailer)), clock) ? 'stale-proof' : undefined
}
