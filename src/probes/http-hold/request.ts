import { Client, type Dispatcher } from 'undici'
import type { buildConnector } from 'undici'

/** Bears the proof of a hello, where a token is set. */
export const proofHeader = 'longhold-proof'

/** An answer that is whole. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface Reactions {
  /** The request is being written: bytes that come from here on are its answer. */
  asked(): void
  answered(answer: Answer): void
  failed(error: unknown): void
}

/** The longest a timer of Node can run: almost 25 days, beyond any silence. */
const never = 2 ** 31 - 1

/** What undici itself bounds, in its own words and units: 0 ms and -1 byte are no bound. */
type Limits = Pick<Client.Options, 'headersTimeout' | 'bodyTimeout' | 'maxHeaderSize' | 'maxResponseSize'>

/** Our own server's answers fit in these, and their deadline is the wheel's. */
const ours: Limits = { headersTimeout: 0, bodyTimeout: 0, maxHeaderSize: 8192, maxResponseSize: 4096 }

/**
 * A client for the one connection that `connect` opens, to an origin such as `http://web:8080`. It is never closed by undici,
 * whatever the server hints.
 */
export const clientFor = (origin: string, connect: buildConnector.connector, limits = ours): Client =>
  new Client(origin, {
    ...limits,
    connect,
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: never,
    keepAliveMaxTimeout: never,
    keepAliveTimeoutThreshold: -never, // is subtracted from the server's `Keep-Alive: timeout=5`
  })

/** Sends one request; exactly one of `answered` and `failed` follows. */
export function send(
  client: Client,
  request: Dispatcher.DispatchOptions,
  { asked, answered, failed }: Reactions,
): void {
  let [status, headers, body]: [number, Answer['headers'], string] = [0, {}, '']
  client.dispatch(request, {
    onRequestStart: () => asked(),
    onResponseStart(_, code, fields) {
      ;[status, headers] = [code, fields]
    },
    onResponseData(_, chunk) {
      body += chunk.toString('utf8')
    },
    onResponseEnd: () => answered({ status, headers, body }),
    onResponseError: (_, error) => failed(error),
  })
}
