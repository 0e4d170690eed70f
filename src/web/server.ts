import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { listen } from '../listen.ts'
import type { Address } from '../settings/address.ts'
import { type Answer, refusal } from './answer.ts'
import { type EventStream, eventStream, maxClients } from './events.ts'
import { eventsPath, type Route, routes } from './routes.ts'
import type { WebSource } from './source.ts'

export interface Web {
  /** What it listens on, as `host:port`. */
  readonly listens: string[]
  /** Ends the event streams, lets running answers finish for a second, and closes. */
  close(): Promise<void>
}

/** Serves metrics, JSON, events and the page. Rejects with a Problem when it cannot listen. */
export async function startWeb({
  listen: address,
  source,
  log,
  clock,
}: {
  readonly listen: Address
  readonly source: WebSource
  readonly log: Log
  readonly clock: Clock
}): Promise<Web> {
  const events = eventStream(source, clock)
  const table = routes(source, clock)
  const oneAtATime = turns()
  const server = createServer(limits, (request, response) => {
    if (!oneAtATime(request, response)) return
    const unlimit = limitAnswer(response, clock)
    respond({ request, response, table, events, unlimit }).catch((error: unknown) => {
      log.error({ err: error, url: request.url?.slice(0, 200) }, 'the web server failed to answer: a bug')
      if (!response.headersSent) send(response, refusal(500, 'longhold failed to answer this: its log says why'))
      else response.destroy()
    })
  })
  server.maxConnections = maxConnections
  server.timeout = stuckMs
  return {
    listens: [await listen(server, address, '--web-port or web.listen')],
    close: () => close(server, events, clock),
  }
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

/** More than any set of scrapers and people needs, and few enough that strangers cannot eat the file limit. */
const maxConnections = 256
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

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly table: Readonly<Record<string, Route>>
  readonly events: EventStream
  /** Lets this answer take as long as it likes. */
  readonly unlimit: () => void
}

async function respond({ request, response, table, events, unlimit }: Exchange): Promise<void> {
  const url = URL.parse(request.url ?? '', 'http://longhold')
  if (!url) return send(response, refusal(400, 'that is no path'))
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return send(response, { ...refusal(405, 'expected GET or HEAD: longhold is only ever read'), headers: onlyReads })
  if (hasBody(request)) return send(response, { ...refusal(413, 'nothing here takes a body'), headers: goodbye })
  if (url.pathname === eventsPath && request.method === 'GET') return stream(response, events, unlimit)
  const route = Object.hasOwn(table, url.pathname) ? table[url.pathname] : undefined
  send(
    response,
    route ? await route({ query: url.searchParams, accept: request.headers.accept ?? '' }) : nowhere(table),
  )
}

const goodbye = { connection: 'close' } // whatever was sent as a body must not be read as the next request
const onlyReads = { ...goodbye, allow: 'GET, HEAD' }

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

const nowhere = (table: Readonly<Record<string, Route>>): Answer =>
  refusal(404, 'nothing is here', { routes: [...Object.keys(table), eventsPath] })

function stream(response: ServerResponse, events: EventStream, unlimit: () => void): void {
  for (const [name, value] of Object.entries(guards)) response.setHeader(name, value)
  if (events.join(response)) unlimit()
  else send(response, refusal(503, `${maxClients} clients read events already`))
}

function send(response: ServerResponse, { status, contentType, body, headers }: Answer): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': body.length,
    'cache-control': 'no-store',
    ...guards,
    ...headers,
  })
  response.end(body) // node leaves the body out of the answer to a HEAD
}

/** On every answer. The page loads its own style and script and asks nobody else for anything. */
const guards = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** A client that reads an answer byte by byte holds its memory: not for longer than this. Streams are bounded by their backlog. */
function limitAnswer(response: ServerResponse, clock: Clock): () => void {
  const cancel = clock.alarm(stuckMs, () => response.destroy())
  response.once('close', cancel)
  return cancel
}

async function close(server: Server, events: EventStream, clock: Clock): Promise<void> {
  events.close()
  const cancel = clock.alarm(1000, () => server.closeAllConnections())
  await new Promise(resolve => server.close(resolve))
  cancel()
}
