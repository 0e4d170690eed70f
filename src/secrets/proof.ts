import type { Clock } from '../clock.ts'
import type { SharedToken } from './shared-token.ts'

/**
 * How a proof is written: when it was made (epoch ms), and the HMAC-SHA256 of that and of what is said. The token itself never
 * crosses the wire. docs/decisions/0019 says why a time, and what it is worth.
 */
const form = /^(\d{1,16})\.([0-9a-f]{64})$/

/** Why somebody is turned away who does not prove the token. A closed list: part of each kind's reasons, hence metric labels. */
export const unproven = ['no-proof', 'bad-proof', 'stale-proof', 'replayed-proof'] as const
export type Unproven = (typeof unproven)[number]

/** A proof is good for so long before and after it was made, ms: for clocks that differ, and packets that are sent again. */
export const freshMs = 120_000

/** The proof that goes with what is said now. */
export function proofOf(said: string, token: SharedToken, clock: Clock): string {
  const at = clock.now()
  return `${at}.${token.mac(`${at}\n${said}`).toString('hex')}`
}

/** Says why a proof is none; each is taken once. */
export type Check = (said: string, proof: string | undefined) => Unproven | undefined

/** Remembers the proofs that were taken, for as long as they would be good: only who knows the token can make it remember more. */
export function checking(token: SharedToken, clock: Clock): Check {
  let [recent, older, since] = [new Set<string>(), new Set<string>(), clock.steady()]
  return (said, proof) => {
    if (proof === undefined || proof === '') return 'no-proof'
    const [, at = '', mac = ''] = form.exec(proof) ?? []
    if (mac === '' || !token.fits(`${at}\n${said}`, Buffer.from(mac, 'hex'))) return 'bad-proof'
    if (isStale(Number(at), clock)) return 'stale-proof'
    const age = clock.steady() - since
    if (age > 2 * freshMs) {
      ;[older, recent] = [age > 4 * freshMs ? new Set() : recent, new Set()]
      since = clock.steady()
    }
    if (recent.has(mac) || older.has(mac)) return 'replayed-proof'
    recent.add(mac)
    return undefined
  }
}

/** Made too long ago, or at a time that is yet to come. */
export const isStale = (at: number, clock: Clock): boolean => Math.abs(clock.now() - at) > freshMs
