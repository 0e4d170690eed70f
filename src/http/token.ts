import { createHash, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Clock } from '../clock.ts'
import { Problem } from '../outcome/problem.ts'

/**
 * Says whether an Authorization header bears the shared token: as a Bearer (RFC 6750), or as the password of any user (Basic,
 * RFC 7617), which is what a browser can be asked for.
 */
export type Admits = (authorization: string | undefined) => Promise<boolean>

/** How long a token that was read is used before its file is looked at again, ms: mounted secrets rotate. */
const keptMs = 10_000

/** Without a token everybody is admitted. */
export const admitsAll: Admits = () => Promise.resolve(true)

export function admitsToken(token: string, where: string): Admits {
  const wanted = digests(checked(token, where))
  return authorization => Promise.resolve(bears(authorization, wanted))
}

/** The tokens in a file, a line each. Rejects with a Problem when there is none at the start; what is gone later stays in force. */
export async function admitsTokenIn(file: string, clock: Clock, setting = '--token-file'): Promise<Admits> {
  let wanted = digests(checked(await text(file, setting), file))
  let readAt = clock.steady()
  return async authorization => {
    if (clock.steady() - readAt > keptMs) {
      readAt = clock.steady()
      wanted = await text(file, setting)
        .then(tokens => digests(checked(tokens, file)))
        .catch(() => wanted)
    }
    return bears(authorization, wanted)
  }
}

/** The token in the first line of a file, for who shows it. Rejects with a Problem when there is none. */
export const tokenIn = async (file: string, setting = '--token-file'): Promise<string> =>
  checked(await text(file, setting), file)[0]

/** In a time that tells nothing of the token: digests are of one length, and compared as a whole. */
function bears(authorization: string | undefined, wanted: readonly Buffer[]): boolean {
  const token = tokenOf(authorization ?? '')
  const given = digest(token ?? '')
  return wanted.filter(each => timingSafeEqual(given, each)).length > 0 && token !== undefined
}

function tokenOf(authorization: string): string | undefined {
  const [, scheme = '', given = ''] = /^(Bearer|Basic) +(\S+)$/i.exec(authorization) ?? []
  if (scheme.toLowerCase() !== 'basic') return given === '' ? undefined : given
  const userAndPassword = Buffer.from(given, 'base64').toString()
  const colon = userAndPassword.indexOf(':')
  return colon < 0 ? undefined : userAndPassword.slice(colon + 1)
}

const digests = (tokens: readonly string[]): readonly Buffer[] => tokens.map(digest)
const digest = (token: string): Buffer => createHash('sha256').update(token).digest()

const text = (file: string, setting: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    throw new Problem(`${setting}: cannot read ${file} (${error instanceof Error ? error.message : String(error)})`, 2)
  })

function checked(text: string, where: string): readonly [string, ...string[]] {
  const [first = '', ...more] = text.trim().split(/\s*\n\s*/)
  if ([first, ...more].every(token => /^[\x21-\x7e]{1,4096}$/.test(token)) && more.length < most)
    return [first, ...more]
  throw new Problem(
    `${where}: expected a token of 1 to 4096 printable characters without spaces, or up to ${most} of them, a line each`,
    2,
  )
}

/** A new token, the one before, and some for whoever rotates them by hand. */
const most = 8
