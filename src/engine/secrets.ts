import type { Clock } from '../clock.ts'
import type { Command, Config } from '../config/schema.ts'
import type { Log } from '../log.ts'
import { type CertificateEnd, type Certificates, certificatesIn } from '../secrets/certificates.ts'
import type { Mounted } from '../secrets/mounted.ts'
import { type SharedToken, sharedToken } from '../secrets/shared-token.ts'

/** What a configuration names files for, read and kept fresh. */
export interface Secrets {
  /** Proven on the data ports. */
  readonly token?: SharedToken
  /** What the web port shows. */
  readonly web?: Mounted<Certificates>
  /** What servers' ledgers and the agent are asked with. */
  readonly evidence?: Mounted<Certificates>
  close(): void
}

/** Rejects with a Problem that names the setting and what is wrong with its file. */
export async function openSecrets(
  { auth, web, evidence }: Pick<Config, 'auth' | 'web' | 'evidence'>,
  command: Command,
  world: { readonly clock: Clock; readonly log: Log },
): Promise<Secrets> {
  const shown = web === 'off' ? undefined : web.tls
  const asked = evidence === 'off' || command === 'server' ? undefined : evidence.tls
  const certificates = {
    ...(shown && { web: await certificatesIn(shown, { setting: 'web.tls' }, world) }),
    ...(asked && { evidence: await certificatesIn(asked, { setting: 'evidence.tls' }, world) }),
  }
  const file = auth.tokenFile
  const token = file === undefined ? undefined : await sharedToken({ setting: 'auth.tokenFile', file }, world)
  return { ...certificates, ...(token && { token }), close: () => token?.close() }
}

/** When what is in force ends. */
export const endsOf = (secrets: Pick<Secrets, 'web' | 'evidence'>): readonly CertificateEnd[] =>
  (['web', 'evidence'] as const).flatMap(use =>
    (['certificate', 'authority'] as const).flatMap(what => {
      const at = secrets[use]?.current.ends[what]
      return at === undefined ? [] : [{ use, what, at }]
    }),
  )
