import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { Problem } from '../outcome/problem.ts'
import { mounted } from './mounted.ts'

/** A token that both sides know, and that is proven without being told. */
export interface SharedToken {
  /** HMAC-SHA256 of what is said, by the newest token. */
  mac(said: string | Uint8Array): Buffer
  /** Whether `mac` (or its beginning, of 16 bytes at least) was made of what is said, by any token that counts now. */
  fits(said: string | Uint8Array, mac: Uint8Array): boolean
  close(): void
}

/** How long a token that left the file is taken for, ms: kubelets bring a new Secret to their pods at different times. */
export const graceMs = 600_000
/** The shortest MAC that is taken, bytes (RFC 2104 5: half of the hash). */
const leastMac = 16
/** Lines in a file, and tokens that left it and still count. */
const most = 8

/**
 * The token in the first line of a file; tokens in further lines are taken as well. Rejects with a Problem when there is none.
 * When the file changes the new one is used at once, and what was taken before is taken for ten more minutes.
 */
export async function sharedToken(
  { setting, file }: { readonly setting: string; readonly file: string },
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<SharedToken> {
  const files = [{ setting, file }]
  const tokens = await mounted(
    { setting, files, make: ([text = '']) => tokensIn(text, { setting, file }) },
    { clock, log },
  )
  let last = tokens.current
  let former: readonly { readonly token: Buffer; readonly until: number }[] = []
  const stop = tokens.follow(() => refresh())

  function refresh(): void {
    if (tokens.current === last) return
    const until = clock.steady() + graceMs
    const left = last.filter(token => !tokens.current.some(each => each.equals(token))).map(token => ({ token, until }))
    former = [...left, ...former].slice(0, most)
    last = tokens.current
  }

  function taken(): readonly Buffer[] {
    refresh()
    return [...last, ...former.filter(({ until }) => clock.steady() < until).map(({ token }) => token)]
  }

  return {
    mac: said => macOf(said, tokens.current[0]),
    fits(said, mac) {
      if (mac.byteLength < leastMac || mac.byteLength > 32) return false
      return taken().some(token => timingSafeEqual(macOf(said, token).subarray(0, mac.byteLength), mac))
    },
    close: stop,
  }
}

const macOf = (said: string | Uint8Array, token: Buffer): Buffer => createHmac('sha256', token).update(said).digest()

function tokensIn(
  text: string,
  { setting, file }: { readonly setting: string; readonly file: string },
): readonly [Buffer, ...Buffer[]] {
  const lines = text
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '')
  const good = lines.filter(line => /^[\x21-\x7e]{16,4096}$/.test(line))
  const [first, ...more] = good.map(line => Buffer.from(line))
  if (first && good.length === lines.length && lines.length <= most) return [first, ...more]
  const found = lines.length === 0 ? 'none' : lines.length > most ? `${lines.length} of them` : 'a line that is none'
  throw new Problem(
    `${setting}: expected a token of 16 to 4096 printable characters without spaces in ${file}, and at most ${most - 1} more, a line each; found ${found}`,
    2,
  )
}
