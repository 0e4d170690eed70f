import { type Command, Option } from 'commander'
import { Problem } from '../outcome/problem.ts'
import { type Certificates, certificatesIn, type Naming } from '../secrets/certificates.ts'
import type { Mounted } from '../secrets/mounted.ts'

/** What was typed of TLS. */
export interface TlsOptions {
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tlsCa?: string
}

/** Adds the three flags, with their variables. */
export function withTls(command: Command, words: { readonly cert: string; readonly ca: string }, env: string): Command {
  return command
    .addOption(new Option('--tls-cert <file>', words.cert).env(`${env}_CERT`))
    .addOption(new Option('--tls-key <file>', 'the private key of that certificate').env(`${env}_KEY`))
    .addOption(new Option('--tls-ca <file>', words.ca).env(`${env}_CA`))
}

/** What the flags name; `undefined` where none was given. Throws a Problem where one of certificate and key is missing. */
export async function tlsOf(
  { tlsCert: certFile, tlsKey: keyFile, tlsCa: caFile }: TlsOptions,
  world: Parameters<typeof certificatesIn>[2],
): Promise<Mounted<Certificates> | undefined> {
  if (!certFile && !keyFile && !caFile) return undefined
  if (!certFile !== !keyFile)
    throw new Problem(`${certFile ? '--tls-key' : '--tls-cert'}: expected beside the other one, found nothing`, 2)
  return certificatesIn({ certFile, keyFile, caFile }, { setting: '--tls-cert', naming: field => flags[field] }, world)
}

const flags: Readonly<Record<Parameters<Naming>[0], string>> = {
  certFile: '--tls-cert',
  keyFile: '--tls-key',
  caFile: '--tls-ca',
}
