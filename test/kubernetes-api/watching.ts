import type { ServerResponse } from 'node:http'
import type { Conduct } from './conduct.ts'
import { type ResourceName, served } from './resources.ts'
import { eventOf, type Selection } from './selection.ts'
import { refuse, tooOld } from './status.ts'
import type { Store } from './store.ts'

export interface Watching {
  readonly store: Store
  readonly resource: ResourceName
  readonly query: URLSearchParams
  readonly selects: Selection
  readonly conduct: Conduct
}

/** Tells what happens after `resourceVersion`, a line each, until `timeoutSeconds` are over or the client has gone. */
export function watching(answer: ServerResponse, { store, resource, query, selects, conduct }: Watching): void {
  const from = Number(query.get('resourceVersion') ?? 0)
  const past = from === 0 ? [] : store.since(resource, from)
  if (!past && conduct.gone === 'status') return refuse(answer, tooOld(from, store.version))

  const say = (type: string, object: object) => {
    if (!answer.writableEnded) answer.write(`${JSON.stringify({ type, object })}\n`) // a slow client is still there
  }
  const tell = (happening: Parameters<typeof eventOf>[0]) => {
    const event = happening.resource === resource ? eventOf(happening, selects) : undefined
    if (event && !conduct.mute) say(event.type, event.object)
  }

  answer.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  answer.flushHeaders()
  // Past authorization every no is an event: what could not be said before the watch began is said in it.
  if (!past) {
    say('ERROR', tooOld(from, store.version))
    return void answer.end()
  }
  if (from === 0) for (const object of store.all(resource).filter(selects)) say('ADDED', object)
  for (const happening of past) tell(happening)

  const forget = store.onChange(tell)
  const seconds = Number(query.get('timeoutSeconds') ?? 0) || 1800
  const bookmark = () => {
    if (query.get('allowWatchBookmarks') === 'true' && !conduct.mute) say('BOOKMARK', empty(resource, store.version))
  }
  const bookmarks = setInterval(bookmark, conduct.bookmarkMs)
  const nearEnd = setTimeout(bookmark, Math.max(0, seconds * 1000 - 2000))
  const end = setTimeout(() => {
    if (!conduct.mute) answer.end()
  }, seconds * 1000)
  answer.on('close', () => {
    forget()
    clearInterval(bookmarks)
    for (const timer of [nearEnd, end]) clearTimeout(timer)
  })
}

/** A bookmark's object has a version and, but for that, the zero value of everything a Go struct always writes. */
function empty(resource: ResourceName, version: number): object {
  const { kind, version: apiVersion } = served[resource]
  const metadata = { resourceVersion: String(version), creationTimestamp: null }
  const rest = {
    services: { spec: {}, status: { loadBalancer: {} } },
    pods: { spec: { containers: null }, status: {} },
    nodes: { spec: {}, status: { daemonEndpoints: { kubeletEndpoint: { Port: 0 } }, nodeInfo: {} } },
    endpointslices: { addressType: '', endpoints: null, ports: null },
  }[resource]
  return { kind, apiVersion, metadata, ...rest }
}
