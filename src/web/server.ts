import type { ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import { type Answer, refusal } from '../http/answer.ts'
import type { Admits } from '../http/token.ts'
import { type Exchange, guards, nowhere, serve } from '../http/server.ts'
import type { Log } from '../log.ts'
import type { Certificates } from '../secrets/certificates.ts'
import type { Mounted } from '../secrets/mounted.ts'
import type { Address } from '../settings/address.ts'
import { type EventStream, eventStream, maxClients } from './events.ts'
import { eventsPath, routes } from './routes.ts'
import type { WebSource } from './source.ts'

export interface Web {
  /** What it listens on, as `host:port`. */
  readonly listens: string[]
  /** Ends the event streams, lets running answers finish for a second, and closes. */
  close(): Promise<void>
}

/** More than any set of scrapers and people needs, and few enough that strangers cannot eat the file limit. */
const maxConnections = 256

/** Serves metrics, JSON, events and the page. Rejects with a Problem when it cannot listen. */
export async function startWeb({
  listen,
  source,
  log,
  clock,
  admits,
  certificates,
}: {
  readonly listen: Address
  readonly source: WebSource
  readonly log: Log
  readonly clock: Clock
  /** Who may read anything but the health; absent: everybody. */
  readonly admits?: Admits
  /** HTTPS in place of HTTP. */
  readonly certificates?: Mounted<Certificates> | undefined
}): Promise<Web> {
  const events = eventStream(source, clock)
  const table = routes(source, clock)

  async function respond({ url, request, response, unlimit }: Exchange): Promise<Answer | undefined> {
    if (admits && !open.has(url.pathname) && !(await admits(request.headers.authorization))) return unknown
    if (url.pathname === eventsPath && request.method === 'GET') return stream(response, events, unlimit)
    const route = Object.hasOwn(table, url.pathname) ? table[url.pathname] : undefined
    if (!route) return nowhere([...Object.keys(table), eventsPath])
    return route({ query: url.searchParams, accept: request.headers.accept ?? '' })
  }

  const setting = '--web-port or web.listen'
  const served = await serve({ listen, setting, clock, log, most: maxConnections, respond, certificates, open })
  return {
    listens: [served.listens],
    close() {
      events.close()
      return served.close()
    },
  }
}

/** What kubelets ask for, who bear nothing. It tells nothing but that we live. */
const open: ReadonlySet<string> = new Set(['/healthz', '/readyz'])

const unknown: Answer = {
  ...refusal(
    401,
    'expected "Authorization: Bearer" with the token of longhold, or the token as the password of any user',
  ),
  headers: { 'www-authenticate': 'Basic realm="longhold", charset="UTF-8"' },
}

function stream(response: ServerResponse, events: EventStream, unlimit: () => void): Answer | undefined {
  for (const [name, value] of Object.entries(guards)) response.setHeader(name, value)
  if (!events.join(response)) return refusal(503, `${maxClients} clients read events already`)
  unlimit()
  return undefined
}
