import type { Word } from '../../outcome/fate.ts'
import { isPlanned } from '../../wire/hello.ts'

/** Marks a goodbye of longhold's own server, and so tells it from a proxy's idle timeout. */
export const byeHeader = 'longhold-bye'

/** How a connection ends, and whether somebody had said so first. */
export interface Farewell {
  readonly word: Word
  readonly planned: boolean
}

/**
 * What a server may say on an idle connection without having been asked: `408 Request Timeout`, then FIN (RFC 9110
 * 15.5.9). `reason` is a word of ours.
 */
export const unaskedGoodbye = (reason: string): string => closing('408 Request Timeout', reason)

/** A whole response without a body, after which the connection closes. */
export const closing = (status: string, reason: string): string =>
  `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n${byeHeader}: ${reason}\r\n\r\n`

/** The reason a server gave for leaving, made safe to print; `undefined` when it gave none. */
export function readReason(header: unknown): string | undefined {
  return typeof header === 'string' ? header.slice(0, 100).replace(/[^\x20-\x7e]/g, '?') : undefined
}

/** More than this without a whole head is no goodbye. */
const mostBytes = 2048

/**
 * Judges bytes that nobody asked for. A response with our header is our server's goodbye; a 408 without is somebody's idle
 * timeout, the very thing we look for. `undefined` while they may still become a response.
 */
export function judgeUnasked(bytes: string): Farewell | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return bytes.length < mostBytes && looksLikeHttp(bytes) ? undefined : unasked
  const [first = '', ...lines] = bytes.slice(0, end).split('\r\n')
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1]
  const said = lines.find(line => line.toLowerCase().startsWith(`${byeHeader}:`))
  const reason = readReason(said?.slice(byeHeader.length + 1).trim())
  if (status !== undefined && reason !== undefined) return goodbye(reason)
  return status === '408' ? { word: { fate: 'closed', code: 'HTTP 408' }, planned: false } : unasked
}

/** The other side said goodbye, and why. */
export const goodbye = (reason: string): Farewell => ({
  word: { fate: 'closed', code: `BYE ${reason}` },
  planned: isPlanned(reason),
})

export const wrong = (what: string): Farewell => ({
  word: { fate: 'wrong-reply', code: `WRONG ${what}` },
  planned: false,
})

const unasked = wrong('BYTES')

const looksLikeHttp = (bytes: string): boolean => bytes.startsWith('HTTP/1.') || 'HTTP/1.'.startsWith(bytes)
