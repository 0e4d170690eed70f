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
  const wanted = digest(checked(token, where))
  return authorization => Promise.resolve(bears(authorization, wanted))
}

/** The token in a file. Rejects with a Problem when there is none at the start; one that is gone later stays in force. */
export async function admitsTokenIn(file: string, clock: Clock, setting = '--token-file'): Promise<Admits> {
  let wanted = digest(checked(await text(file, setting), file))
  let readAt = clock.steady()
  return async authorization => {
    if (clock.steady() - readAt > keptMs) {
      readAt = clock.steady()
      wanted = await text(file, setting)
        .then(token => digest(checked(token, file)))
        .catch(() => wanted)
    }
    return bears(authorization, wanted)
  }
}

/** The token in a file, for who shows it. Rejects with a Problem when there is none. */
export const tokenIn = async (file: string, setting = '--token-file'): Promise<string> =>
  checked(await text(file, setting), file)

/** In a time that tells nothing of the token: digests are of one length, and compared as a whole. */
function bears(authorization: string | undefined, wanted: Buffer): boolean {
  const token = tokenOf(authorization ?? '')
  return timingSafeEqual(digest(token ?? ''), wanted) && token !== undefined
}

function tokenOf(authorization: string): string | undefined {
  const [, scheme = '', given = ''] = /^(Bearer|Basic) +(\S+)$/i.exec(authorization) ?? []
  if (scheme.toLowerCase() !== 'basic') return given === '' ? undefined : given
  const userAndPassword = Buffer.from(given, 'base64').toString()
  const colon = userAndPassword.indexOf(':')
  return colon < 0 ? undefined : userAndPassword.slice(colon + 1)
}

const digest = (token: string): Buffer => createHash('sha256').update(token).digest()

const text = (file: string, setting: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    throw new Problem(`${setting}: cannot read ${file} (${error instanceof Error ? error.message : String(error)})`, 2)
  })

function checked(token: string, where: string): string {
  const trimmed = token.trim()
  if (!/^[\x21-\x7e]{1,4096}$/.test(trimmed))
    throw new Problem(`${where}: expected a token of 1 to 4096 printable characters without spaces`, 2)
  return trimmed
}
