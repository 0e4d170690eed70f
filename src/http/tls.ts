import { constants } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerOptions } from 'node:http'
import { createServer, type Server } from 'node:https'
import { TLSSocket } from 'node:tls'
import { type Certificates, tlsVersions } from '../secrets/certificates.ts'
import type { Mounted } from '../secrets/mounted.ts'
import { type Answer, refusal } from './answer.ts'

/** A handshake has so long, ms: strangers may begin one and be silent. */
const handshakeMs = 10_000

/**
 * A server over TLS, whose certificates may rotate under it: connections that are open go on. Whoever connects is asked for a
 * certificate where authorities are set, and let in without one: what may be read then is `uncertified`'s to say.
 */
export function tlsServer(
  certificates: Mounted<Certificates>,
  limits: ServerOptions,
  listener: RequestListener,
): { readonly server: Server; readonly stop: () => void } {
  const server = createServer({ ...limits, ...options(certificates.current), handshakeTimeout: handshakeMs }, listener)
  const stop = certificates.follow(made => server.setSecureContext(options(made)))
  return { server, stop }
}

const options = ({ cert, key, ca }: Certificates) => ({
  cert,
  key,
  ...(ca !== undefined && { ca, requestCert: true, rejectUnauthorized: false }),
  ...tlsVersions,
  ALPNProtocols: ['http/1.1'],
  // A session that is resumed was verified by what was in force when it began: nobody is let in by yesterday's authorities.
  secureOptions: constants.SSL_OP_NO_TICKET,
})

/** Why a request may not be answered for want of a good certificate; `undefined` where it may. */
export function uncertified(
  { socket }: IncomingMessage,
  { current: { ca } }: Mounted<Certificates>,
): Answer | undefined {
  if (ca === undefined || (socket instanceof TLSSocket && socket.authorized)) return undefined
  return refusal(403, `expected a client certificate signed by an authority of this port, found ${foundIn(socket)}`)
}

function foundIn(socket: IncomingMessage['socket']): string {
  if (!(socket instanceof TLSSocket) || Object.keys(socket.getPeerCertificate()).length === 0) return 'none'
  const code = String(socket.authorizationError) // a string, whatever its type says
  return found[code] ?? `one that is no good (${code})`
}

const found: Readonly<Record<string, string>> = {
  UNABLE_TO_GET_ISSUER_CERT: 'one that somebody else signed',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'one that somebody else signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'one that somebody else signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'one that somebody else signed',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'one that signed itself',
  CERT_HAS_EXPIRED: 'one that is over',
  CERT_NOT_YET_VALID: 'one that is not valid yet',
  INVALID_PURPOSE: 'one that is not meant for clients',
}
