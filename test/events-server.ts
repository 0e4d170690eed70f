import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Access } from '../src/evidence/kubernetes/access/access.ts'
import { authority } from './kubernetes-api/certificate.ts'

/** What was posted and taken. */
export interface Posted {
  readonly namespace: string
  readonly event: Readonly<Record<string, unknown>>
  readonly token: string
}

/** The part of an API server that takes Events: a bearer token, a path, and what events.k8s.io/v1 requires of one. */
export async function eventsServer(given: { readonly tokens?: readonly string[]; readonly failing?: number } = {}) {
  const { tokens = ['good'] } = given
  let { failing = 0 } = given
  const posted: Posted[] = []
  let asked = 0
  const cluster = authority()
  const { cert, key } = cluster.server('127.0.0.1', 'localhost')
  const server = createServer({ cert, key }, (request, response) => {
    asked += 1
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      if (failing-- > 0) return say(response, 503, 'etcd is busy')
      const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? []
      if (!tokens.includes(token)) return say(response, 401, 'Unauthorized')
      if (token === 'powerless') return say(response, 403, 'events.events.k8s.io is forbidden')
      const [, namespace = ''] =
        /^\/apis\/events\.k8s\.io\/v1\/namespaces\/([\w-]+)\/events$/.exec(request.url ?? '') ?? []
      if (request.method !== 'POST' || namespace === '')
        return say(response, 404, 'the server could not find the requested resource')
      const event = JSON.parse(Buffer.concat(parts).toString('utf8')) as Posted['event']
      const wrong = invalid(event, namespace)
      if (wrong !== undefined) return say(response, 422, `Event is invalid: ${wrong}`)
      posted.push({ namespace, event, token })
      return say(response, 201, 'created')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server has no other
  return {
    posted,
    get asked() {
      return asked
    },
    access: (token: Access['token']): Access => ({
      from: 'a test',
      origin: `https://127.0.0.1:${port}`,
      prefix: '',
      tls: { ca: cluster.ca, rejectUnauthorized: true },
      namespace: 'longhold',
      ...(token && { token }),
    }),
    ca: cluster.ca,
    port,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function say(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ kind: 'Status', message, code }))
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** pkg/apis/core/validation/events.go: what is wrong with a new Event of events.k8s.io/v1. */
function invalid(event: Posted['event'], namespace: string): string | undefined {
  const metadata = event['metadata'] as { generateName?: unknown; namespace?: unknown }
  const regarding = event['regarding'] as { namespace?: unknown }
  const bounded = (field: string) => text(event[field]).length > 0 && text(event[field]).length <= 128
  if (event['apiVersion'] !== 'events.k8s.io/v1' || event['kind'] !== 'Event') return 'apiVersion, kind'
  if (metadata.namespace !== namespace || regarding.namespace !== namespace) return 'does not match regarding.namespace'
  if (!/^[a-z0-9]([-.a-z0-9]*)$/.test(text(metadata.generateName))) return 'metadata.generateName'
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(text(event['eventTime']))) return 'eventTime'
  if (!/^([\w.-]+\/)?[\w.-]{1,63}$/.test(text(event['reportingController']))) return 'reportingController'
  for (const field of ['reportingInstance', 'action', 'reason']) if (!bounded(field)) return field
  if (Buffer.byteLength(text(event['note'])) > 1024) return 'note: can have at most 1024 characters'
  return ['Normal', 'Warning'].includes(text(event['type'])) ? undefined : 'type'
}
