import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { Problem } from '../outcome/problem.ts'
import { type Making, mounted, type Mounted, type NamedFile } from './mounted.ts'

/** What one side of TLS shows, and whom it believes; PEM. */
export interface Certificates {
  readonly cert?: string
  readonly key?: string
  readonly ca?: string
  /** When the certificate ends, and the last of the authorities, epoch ms. */
  readonly ends: { readonly certificate?: number; readonly authority?: number }
}

/** One that ends, and when. */
export interface CertificateEnd {
  /** Of the web port, or of what others are asked with. */
  readonly use: 'web' | 'evidence'
  readonly what: keyof Certificates['ends']
  /** Epoch ms. */
  readonly at: number
}

export interface CertificateFiles {
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
  readonly caFile?: string | undefined
}

/** How the fields are called where they are set: `web.tls.certFile` in a file, `--tls-cert` on a command line. */
export type Naming = (field: keyof CertificateFiles) => string

/** Every TLS of ours: 1.2 at least, as old ones are broken (RFC 8996). */
export const tlsVersions = { minVersion: 'TLSv1.2' } as const

/** Reads certificates and keeps them fresh. Rejects with a Problem that names setting, file, what was expected and found. */
export const certificatesIn = (
  files: CertificateFiles,
  { setting, naming = field => `${setting}.${field}` }: { readonly setting: string; readonly naming?: Naming },
  world: Parameters<typeof mounted>[1],
): Promise<Mounted<Certificates>> => mounted(making(files, setting, naming), world)

function making(files: CertificateFiles, setting: string, naming: Naming): Making<Certificates> {
  const named = (['certFile', 'keyFile', 'caFile'] as const).flatMap(field => {
    const file = files[field]
    return file === undefined ? [] : [{ field, setting: naming(field), file }]
  })
  return {
    setting,
    files: named,
    make(texts) {
      const text = (field: keyof CertificateFiles) => texts[named.findIndex(each => each.field === field)]
      const [cert, key, ca] = [text('certFile'), text('keyFile'), text('caFile')]
      const of = (field: keyof CertificateFiles) => ({ setting: naming(field), file: files[field] ?? '' })
      const shown = cert === undefined ? undefined : certificates(cert, of('certFile'))[0]
      if (shown && key !== undefined) fitting(shown, privateKey(key, of('keyFile')), of('certFile'), files)
      const authorities = ca === undefined ? [] : certificates(ca, of('caFile'))
      const made = {
        ...(cert !== undefined && { cert }),
        ...(key !== undefined && { key }),
        ...(ca !== undefined && { ca }),
      }
      try {
        createSecureContext({ ...made, ...tlsVersions })
      } catch (error) {
        throw new Problem(
          `${setting}: OpenSSL takes ${named.map(({ file }) => file).join(', ')} for no good (${wordOf(error)})`,
          2,
        )
      }
      return {
        ...made,
        ends: {
          ...(shown && { certificate: shown.validToDate.getTime() }),
          ...(authorities.length > 0 && {
            authority: Math.max(...authorities.map(each => each.validToDate.getTime())),
          }),
        },
      }
    },
  }
}

const block = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** Every certificate in a file; at least one. */
function certificates(text: string, { setting, file }: NamedFile): [X509Certificate, ...X509Certificate[]] {
  const blocks = text.match(block) ?? []
  try {
    const [first, ...more] = blocks.map(each => new X509Certificate(each))
    if (first) return [first, ...more]
  } catch (error) {
    throw new Problem(
      `${setting}: expected certificates in PEM in ${file}, found one that cannot be read (${wordOf(error)})`,
      2,
    )
  }
  throw new Problem(
    `${setting}: expected a certificate in PEM in ${file}, found ${text.trim() === '' ? 'nothing' : 'none'}`,
    2,
  )
}

function privateKey(text: string, { setting, file }: NamedFile): KeyObject {
  try {
    return createPrivateKey(text)
  } catch (error) {
    const locked = /ENCRYPTED/.test(text)
    const found = locked ? 'one that wants a passphrase' : `none (${wordOf(error)})`
    throw new Problem(`${setting}: expected a private key in PEM in ${file}, found ${found}`, 2)
  }
}

function fitting(
  shown: X509Certificate,
  key: KeyObject,
  { setting, file }: NamedFile,
  { keyFile }: CertificateFiles,
): void {
  if (shown.checkPrivateKey(key)) return
  throw new Problem(
    `${setting}: expected the certificate of the key in ${keyFile}, found that of another in ${file}`,
    2,
  )
}

const wordOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
