import { type Answer, AUTHORITATIVE_ANSWER, encode, type Question, TRUNCATED_RESPONSE } from 'dns-packet'
import { decodeSafely } from './answer.ts'
import { plausibleQuery } from './guard.ts'
import { isDomainName } from './query.ts'

/** What goes out in answer to a question, and how late. */
export interface Reply {
  readonly bytes: Buffer
  readonly delayMs: number
}

/** Why bytes are no question: a closed list. */
export const flaws = ['short', 'long', 'response', 'opcode', 'qdcount', 'counts', 'question'] as const
export type Flaw = (typeof flaws)[number]

/** Larger questions cost more to decode than they can be worth. */
export const longest = 512

/** An answer is never later than this, ms. */
const latest = 60_000

const NOERROR = 0
const SERVFAIL = 2
const NXDOMAIN = 3
const REFUSED = 5

/** Answers the bytes of a question, or says why they are none. Never throws. */
export function replyTo(bytes: Buffer, udp: boolean): Reply | Flaw {
  const flaw = bytes.length > longest ? 'long' : plausibleQuery(bytes)
  if (flaw) return flaw
  const packet = decodeSafely(bytes)
  const question = packet?.questions?.[0]
  if (!packet || !question || question.class !== 'IN' || !isDomainName(question.name)) return 'question'
  const { rcode, answers, delayMs, tooBig } = sayingOn(question)
  const cut = udp && tooBig
  const edns = packet.additionals?.some(({ type }) => type === 'OPT')
  const opt = { type: 'OPT', name: '.', udpPayloadSize: 1232, extendedRcode: 0, ednsVersion: 0, flags: 0 } as const
  const asked = bytes.readUInt16BE(2) & 0x0110 // RD and CD are given back
  return {
    delayMs,
    bytes: encode({
      type: 'response',
      id: packet.id ?? 0,
      flags: asked | AUTHORITATIVE_ANSWER | (cut ? TRUNCATED_RESPONSE : 0) | rcode,
      questions: [question],
      answers: cut ? [] : answers,
      additionals: edns ? [{ ...opt, flag_do: false, options: [] }] : [],
    }),
  }
}

/**
 * The names below longhold.test (RFC 6761 keeps .test free for this): `nx` does not exist, nor does anything below it; below
 * `servfail` the server fails; `slow-250` answers after 250 ms; `big` needs TCP. Any other has an A and an AAAA. The rest of
 * the world is refused.
 */
function sayingOn({ name, type }: Question) {
  const saying = { rcode: NOERROR, answers: [] as Answer[], delayMs: 0, tooBig: false }
  const labels = name.toLowerCase().split('.')
  if (labels.slice(-2).join('.') !== 'longhold.test') return { ...saying, rcode: REFUSED }
  const below = labels.at(-3) ?? ''
  if (below === 'nx') return { ...saying, rcode: NXDOMAIN }
  if (below === 'servfail') return { ...saying, rcode: SERVFAIL }
  const delayMs = Math.min(latest, Number(/^slow-(\d{1,6})$/.exec(below)?.[1] ?? 0))
  const tooBig = below === 'big'
  return { ...saying, delayMs, tooBig, answers: records(name, type, tooBig ? 100 : 1) }
}

/** Addresses kept for documentation (RFC 5737, RFC 3849). */
function records(name: string, type: Question['type'], count: number): Answer[] {
  return Array.from({ length: count }, (_, index): Answer[] => {
    if (type === 'A') return [{ type, name, ttl: 30, data: `192.0.2.${index + 1}` }]
    if (type === 'AAAA') return [{ type, name, ttl: 30, data: `2001:db8::${(index + 1).toString(16)}` }]
    return []
  }).flat()
}
