import { mkdtemp, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { Log } from '../src/log.ts'
import { type SharedToken, sharedToken } from '../src/secrets/shared-token.ts'
import { type Authority, authority } from './kubernetes-api/certificate.ts'
import { hurried } from './world.ts'

export const silentLog = pino({ level: 'silent' })

/** A file of a mounted Secret. */
export interface SecretFile {
  readonly file: string
  /** As a kubelet changes it: in one step. */
  write(text: string): Promise<void>
}

export async function secretFile(name: string, text: string): Promise<SecretFile> {
  const file = join(await mkdtemp(join(tmpdir(), 'longhold-secret-')), name)
  async function write(content: string): Promise<void> {
    await writeFile(`${file}.new`, content)
    await rename(`${file}.new`, file)
  }
  await write(text)
  return { file, write }
}

export const tokenA = 'token-a-0123456789abcdef'
export const tokenB = 'token-b-0123456789abcdef'

/** A token from a file; its times are a two-hundredth: looked at again after 50 ms, and the former one is taken for 3 s. */
export async function fileToken(text: string, log: Log = silentLog): Promise<{ token: SharedToken } & SecretFile> {
  const secret = await secretFile('token', `${text}\n`)
  const token = await sharedToken({ setting: 'auth.tokenFile', file: secret.file }, { clock: hurried(200), log })
  return { token, ...secret }
}

/** What is warned of. */
export function warnings(): { readonly log: Log; readonly said: readonly string[] } {
  const said: string[] = []
  return {
    log: {
      ...silentLog,
      info() {},
      debug() {},
      error() {},
      warn: (line: unknown) => void said.push(String(line)),
    } as Log,
    said,
  }
}

/** Certificates as a Secret brings them: tls.crt, tls.key, ca.crt. */
export async function certificateFiles(
  { cert, key }: { readonly cert: string; readonly key: string },
  trusted: Authority = authority(),
): Promise<{ readonly cert: SecretFile; readonly key: SecretFile; readonly ca: SecretFile }> {
  const [crt, secret, ca] = await Promise.all([
    secretFile('tls.crt', cert),
    secretFile('tls.key', key),
    secretFile('ca.crt', trusted.ca),
  ])
  return { cert: crt, key: secret, ca }
}
