import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { listen } from '../listen.ts'
import type { Address } from '../settings/address.ts'
import type { Certificates } from '../secrets/certificates.ts'
import type { Mounted } from '../secrets/mounted.ts'
import { type Answer, refusal } from './answer.ts'
import { tlsServer, uncertified } from './tls.ts'

/** One request that may be answered: GET or HEAD, a path that is one, and no body. */
export interface Exchange {
  readonly url: URL
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Lets this answer take as long as it likes. */
  readonly unlimit: () => void
}

export interface Serving {
  readonly listen: Address
  /** What people change where it cannot listen, such as `--web-port or web.listen`. */
  readonly setting: string
  readonly log: Log
  readonly clock: Clock
  /** Connections at once; with `mostEach`, from one address. */
  readonly most: number
  readonly mostEach?: number
  /** Answers, or takes the response over and returns nothing. What it throws is a bug: it is logged, and answered with 500. */
  readonly respond: (exchange: Exchange) => Promise<Answer | undefined> | Answer | undefined
  /** HTTPS with these; where authorities are among them who asks has to show a certificate. */
  readonly certificates?: Mounted<Certificates> | undefined
  /** Paths that are answered without one: what kubelets ask for, who have none. */
  readonly open: ReadonlySet<string>
  /** Hears the status of every answer. */
  readonly answered?: (status: number, isUncertified: boolean) => void
}

export interface Served {
  /** What it listens on, as `host:port`. */
  readonly listens: string
  /** Lets running answers finish for a second, and closes. */
  close(): Promise<void>
}

/** Serves what is only ever read, to strangers too: nobody of them can hang, crash or grow it. Rejects with a Problem when it cannot listen. */
export async function serve(serving: Serving): Promise<Served> {
  const { listen: address, setting, clock, log, most, mostEach, certificates } = serving
  const oneAtATime = turns()
  const sockets = new Set<Socket>()
  const { server, stop } = serverOf(certificates, (request, response) => {
    if (!oneAtATime(request, response)) return
    const unlimit = limitAnswer(response, clock)
    answer(request, response, unlimit, serving).catch((error: unknown) => {
      log.error({ err: error, url: request.url?.slice(0, 200) }, 'the web server failed to answer: a bug')
      if (!response.headersSent) send(response, refusal(500, 'longhold failed to answer this: its log says why'))
      else response.destroy()
    })
  })
  server.maxConnections = most
  server.timeout = stuckMs
  // Of TLS these are the connections below it: one that never ends its handshake is nobody's request.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  if (mostEach !== undefined) server.on('connection', fewFromEach(mostEach))
  const listens = await listen(server, address, setting).catch((error: unknown) => {
    stop()
    throw error
  })
  return {
    listens,
    close() {
      stop()
      return close(server, sockets, clock)
    },
  }
}

function serverOf(certificates: Serving['certificates'], listener: RequestListener) {
  if (certificates) return tlsServer(certificates, limits, listener)
  return { server: createServer(limits, listener), stop: () => {} }
}

/** Whoever asks on before the answer is there could ask a thousand times in one read; nobody we know does, so it ends. */
function turns() {
  const busy = new WeakSet<Socket>()
  return ({ socket }: IncomingMessage, response: ServerResponse): boolean => {
    if (busy.has(socket)) {
      socket.destroy()
      return false
    }
    busy.add(socket)
    response.once('close', () => busy.delete(socket))
    return true
  }
}

/** One stranger who takes every connection there is would shut all others out. */
function fewFromEach(most: number): (socket: Socket) => void {
  const open = new Map<string, number>()
  return socket => {
    const from = socket.remoteAddress ?? ''
    const before = open.get(from) ?? 0
    if (before >= most) {
      socket.destroy()
      return
    }
    open.set(from, before + 1)
    socket.once('close', () => {
      const left = (open.get(from) ?? 1) - 1
      if (left > 0) open.set(from, left)
      else open.delete(from)
    })
  }
}

/** Neither side moved a byte for so long: it hangs. */
const stuckMs = 30_000
/** A slow request (slow loris) ends here. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 2000,
  keepAliveTimeout: 5000,
  maxHeaderSize: 8192,
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  unlimit: () => void,
  { respond, answered, open, certificates }: Serving,
): Promise<void> {
  const url = URL.parse(request.url ?? '', 'http://longhold')
  const isOpen = url !== null && open.has(url.pathname)
  const turnedAway = certificates && !isOpen ? uncertified(request, certificates) : undefined
  if (answered) response.once('finish', () => answered(response.statusCode, turnedAway !== undefined))
  if (turnedAway) return send(response, { ...turnedAway, headers: goodbye })
  if (!url) return send(response, refusal(400, 'that is no path'))
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return send(response, { ...refusal(405, 'expected GET or HEAD: longhold is only ever read'), headers: onlyReads })
  if (hasBody(request)) return send(response, { ...refusal(413, 'nothing here takes a body'), headers: goodbye })
  const made = await respond({ url, request, response, unlimit })
  if (made) send(response, made, /\bgzip\b/.test(request.headers['accept-encoding'] ?? ''))
}

const goodbye = { connection: 'close' } // whatever was sent as a body must not be read as the next request
const onlyReads = { ...goodbye, allow: 'GET, HEAD' }

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** What is at a path that nothing is at. */
export const nowhere = (routes: readonly string[]): Answer => refusal(404, 'nothing is here', { routes })

function send(
  response: ServerResponse,
  { status, contentType, body, headers, gzipped }: Answer,
  takesGzip = false,
): void {
  const bytes = takesGzip && gzipped ? gzipped : body
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': bytes.length,
    ...(gzipped && { vary: 'accept-encoding' }),
    ...(bytes === gzipped && { 'content-encoding': 'gzip' }),
    'cache-control': 'no-store',
    ...guards,
    ...headers,
  })
  response.end(bytes) // node leaves the body out of the answer to a HEAD
}

/** On every answer. The page loads its own style and script, its forms ask for its own pages, and nobody else is asked for anything. */
export const guards = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** A client that reads an answer byte by byte holds its memory: not for longer than this. Streams are bounded by their backlog. */
function limitAnswer(response: ServerResponse, clock: Clock): () => void {
  const cancel = clock.alarm(stuckMs, () => response.destroy())
  response.once('close', cancel)
  return cancel
}

async function close(server: Server, sockets: ReadonlySet<Socket>, clock: Clock): Promise<void> {
  const cancel = clock.alarm(1000, () => {
    for (const socket of sockets) socket.destroy()
  })
  await new Promise(resolve => server.close(resolve))
  cancel()
}
