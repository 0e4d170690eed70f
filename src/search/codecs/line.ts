import { printable, type Codec } from './codec.ts'

/** Longest answer we wait for; who says more without a line's end is no service that answers a line. */
const longest = 64 * 1024

/** Any service that answers a line: the same words open the conversation and break the silence. */
export function said(words: Uint8Array): Codec {
  let [welcomed, asked] = [false, false]
  let heard = 0
  return {
    greeting: words,
    hear(bytes) {
      heard += bytes.length
      if (!bytes.includes(0x0a)) return heard > longest ? [{ type: 'wrong', said: printable(bytes) }] : []
      heard = 0
      if (welcomed) return [asked ? { type: 'answer' } : { type: 'complaint', said: printable(bytes) }]
      welcomed = true
      return [{ type: 'welcome' }]
    },
    question() {
      asked = true
      return words
    },
  }
}

/** Redis, and what speaks like it: `PING` is answered with a line, even where it wants a password first. */
export const redis = (): Codec => said(Buffer.from('PING\r\n'))
