import { Agent } from 'undici'
import type { AskerTls } from '../settings/secrets.ts'
import { type Certificates, tlsVersions } from './certificates.ts'
import type { Mounted } from './mounted.ts'

/** Somebody who is asked over TLS. */
export interface Peer {
  /** Whom we believe, and what we show. */
  readonly certificates: Mounted<Certificates>
  /** The DNS name its certificate has to bear: it is asked by an address that says nothing of who it is. */
  readonly name: string
}

/** `undefined` where it is asked over plain HTTP. */
export const peerOf = (name: AskerTls['servers'], certificates: Mounted<Certificates> | undefined): Peer | undefined =>
  certificates && name !== 'off' ? { certificates, name } : undefined

/** Asks over HTTP; of a peer whose certificate is good and bears its name. To be destroyed by whoever made it. */
export async function askerOf(peer: Peer | undefined, options: Agent.Options = {}): Promise<Agent> {
  if (!peer) return new Agent(options)
  const { cert, key, ca } = await peer.certificates.now()
  const shown = cert !== undefined && key !== undefined && { cert, key }
  // `servername` is both what is asked for (SNI) and what Node's checkServerIdentity looks for in the certificate (RFC 6125).
  return new Agent({
    ...options,
    allowH2: false,
    connect: { servername: peer.name, ...(ca !== undefined && { ca }), ...shown, ...tlsVersions },
  })
}

export const schemeOf = (peer: Peer | undefined): 'http' | 'https' => (peer ? 'https' : 'http')

/** What went wrong with TLS, in words; `undefined` where it was something else. */
export function tlsTrouble(thrown: unknown, peer: Peer | undefined): string | undefined {
  const code = codeOf(thrown)
  if (code === undefined) return undefined
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `its certificate is not for ${peer?.name ?? 'it'}`
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate is over'
  if (code === 'CERT_NOT_YET_VALID') return 'its certificate is not valid yet'
  if (strangers.has(code)) return 'its certificate is signed by nobody we believe'
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return 'it does not talk TLS'
  return /^ERR_(SSL|TLS)_|^EPROTO$|^CERT_|^UNABLE_TO_/.test(code) ? `TLS fails (${code})` : undefined
}

const strangers = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'CERT_SIGNATURE_FAILURE',
])

function codeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined
  const inner = codeOf(thrown.cause)
  if (inner !== undefined) return inner
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined
  return code !== undefined && /SSL|TLS|CERT|EPROTO|SIGNED|VERIFY/.test(code) ? code : undefined
}
