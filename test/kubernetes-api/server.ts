import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { allows, everything, userOf } from './authorization.ts'
import { type Authority, authority } from './certificate.ts'
import type { Conduct } from './conduct.ts'
import { listing } from './listing.ts'
import { type ResourceName, resourceNames, served } from './resources.ts'
import { selection } from './selection.ts'
import { badRequest, forbidden, notAllowed, notFound, refuse, turnAway, unauthorized } from './status.ts'
import { type Store, store as newStore } from './store.ts'
import { watching } from './watching.ts'

export interface ApiServer extends AsyncDisposable {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly authority: Authority
  /** A token that is good from the beginning, of the ServiceAccount longhold/longhold-client. */
  readonly token: string
  readonly store: Store
  readonly conduct: Conduct
  /** Everything that was asked, oldest first. */
  readonly requests: readonly Asked[]
  /** Open watches. */
  readonly watches: ReadonlySet<ServerResponse>
  /** Ends every connection with a reset, as a load balancer does that is replaced. */
  drop(): void
}

export interface Asked {
  readonly verb: 'list' | 'watch'
  readonly resource: ResourceName
  readonly namespace?: string
  readonly query: Readonly<Record<string, string>>
  readonly user?: string
}

export const serviceAccount = 'system:serviceaccount:longhold:longhold-client'

export interface Listening {
  readonly host?: string
  /** 0: any free one. */
  readonly port?: number
  /** Other addresses and names it is reached by, such as its ClusterIP: they stand in its certificate. */
  readonly names?: readonly string[]
}

/** Stands in for a kube-apiserver, as far as a client that lists and watches can tell. */
export async function startApiServer(listening: Listening = {}): Promise<ApiServer> {
  const { host = '127.0.0.1', port = 0, names = [] } = listening
  const cluster = authority()
  const store = newStore()
  const list = listing(store)
  const requests: Asked[] = []
  const watches = new Set<ServerResponse>()
  const sockets = new Set<Socket>()
  const token = 'first-token'
  const conduct: Conduct = {
    tokens: new Map([[token, serviceAccount]]),
    rules: everything,
    gone: 'event',
    mute: false,
    deaf: false,
    throttle: { times: 0, retryAfterS: 1 },
    fail: { times: 0, code: 500 },
    bookmarkMs: 60_000,
    without: [],
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    if (conduct.deaf) return
    if (conduct.throttle.times-- > 0) return turnAway(response, conduct.throttle.retryAfterS)
    if (conduct.fail.times-- > 0) return void response.writeHead(conduct.fail.code).end()
    const user = userOf(request, conduct.tokens)
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'https://x')
    const { resource, namespace } = resourceAt(pathname, conduct) ?? {}
    const verb = query.get('watch') === 'true' || query.get('watch') === '1' ? 'watch' : 'list'
    if (resource)
      requests.push({
        verb,
        resource,
        query: Object.fromEntries(query),
        ...(namespace !== undefined && { namespace }),
        ...(user !== undefined && { user }),
      })
    if (user === undefined) return refuse(response, unauthorized)
    if (!resource) return refuse(response, notFound)
    if (request.method !== 'GET') return refuse(response, notAllowed)
    const { group } = served[resource]
    const attributes = { verb, resource, group, namespace }
    if (!allows(conduct.rules, attributes)) return refuse(response, forbidden({ ...attributes, user }))
    const selects = selection(namespace, query.get('fieldSelector') ?? '')
    if (!selects) return refuse(response, badRequest('unable to parse the field selector'))
    if (verb === 'watch') {
      watches.add(response)
      response.on('close', () => watches.delete(response))
      return watching(response, { store, resource, query, selects, conduct })
    }
    const listed = list(resource, query, selects)
    if ('code' in listed) return refuse(response, listed)
    response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(listed)}\n`)
  }

  const { cert, key } = cluster.server(host, 'localhost', 'kubernetes.default.svc', ...names)
  const server = createServer({ cert, key, ca: cluster.ca, requestCert: true, rejectUnauthorized: false }, answer)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}) // clients may go as they like
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(port, host)
  await once(server, 'listening')
  const bound = server.address() as AddressInfo // a TCP server has no other

  const drop = () => sockets.forEach(socket => socket.resetAndDestroy())
  return {
    url: `https://${host.includes(':') ? `[${host}]` : host}:${bound.port}`,
    host,
    port: bound.port,
    authority: cluster,
    token,
    store,
    conduct,
    requests,
    watches,
    drop,
    async [Symbol.asyncDispose]() {
      server.close()
      drop()
      await once(server, 'close')
    },
  }
}

/** `/api/v1/namespaces/NAMESPACE/pods`, `/apis/discovery.k8s.io/v1/endpointslices`. */
function resourceAt(path: string, { without }: Conduct) {
  const [, version, namespace, name] =
    /^\/apis?\/((?:[\w.-]+\/)?v1)(?:\/namespaces\/([\w.-]+))?\/(\w+)$/.exec(path) ?? []
  const resource = resourceNames.find(each => each === name && served[each].version === version)
  if (!resource || without.includes(served[resource].group) || (namespace && !served[resource].namespaced))
    return undefined
  return { resource, ...(namespace !== undefined && { namespace }) }
}
