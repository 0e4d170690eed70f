import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { behind, exampleCluster, server as serverPod } from './example.ts'
import { node } from './pods.ts'
import { type ApiServer, serviceAccount, startApiServer } from './server.ts'

// What a real API server does, as its documentation and source have it: others rely on this one doing the same.

let api: ApiServer
let dispatcher: Agent
beforeEach(async () => {
  api = await startApiServer()
  api.store.put(...exampleCluster())
  dispatcher = new Agent({ allowH2: false, connect: { ca: api.authority.ca } })
})
afterEach(async () => {
  await dispatcher.destroy()
  await api[Symbol.asyncDispose]()
})

interface Item {
  readonly kind?: string
  readonly metadata: { readonly name: string; readonly resourceVersion: string; readonly managedFields?: unknown }
}
interface List {
  readonly kind: string
  readonly message?: string
  readonly metadata: {
    readonly resourceVersion: string
    readonly continue?: string
    readonly remainingItemCount?: number
  }
  readonly items: readonly Item[]
}

const get = (path: string, token = api.token) =>
  request(`${api.url}${path}`, { dispatcher, headers: { authorization: `Bearer ${token}` } })

async function list(path: string) {
  const { statusCode, body } = await get(path)
  return { said: statusCode, ...((await body.json()) as List) }
}

/** The first events of a watch. */
async function events(path: string, count: number) {
  const { body } = await get(path)
  let text = ''
  for await (const bytes of body) {
    text += String(bytes)
    if (text.split('\n').length > count) break
  }
  const all = text.split('\n').slice(0, count)
  return all.map(line => JSON.parse(line) as { type: string; object: Item & { code?: number } })
}

test('a list says once what it is of, and every item has a version below its own', async () => {
  const { kind, metadata, items } = await list('/api/v1/pods')
  expect(kind).toBe('PodList')
  expect(items.map(item => item.metadata.name)).toEqual(['coredns-1', 'srv-1', 'srv-2', 'srv-3'])
  for (const item of items) {
    expect(item.kind).toBeUndefined()
    expect(item.metadata.managedFields).toBeDefined()
    expect(Number(item.metadata.resourceVersion)).toBeLessThanOrEqual(Number(metadata.resourceVersion))
  }
})

test('pages are of one moment, whatever happens between them', async () => {
  const first = await list('/api/v1/pods?limit=3')
  expect([first.items.length, first.metadata.remainingItemCount]).toEqual([3, 1])
  api.store.delete('pods', 'srv-3', 'longhold')
  const second = await list(`/api/v1/pods?limit=3&continue=${first.metadata.continue}`)
  expect(second.items.map(item => item.metadata.name)).toEqual(['srv-3'])
  expect(second.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion })
})

test('a list that took too long is 410, with a token for what there is now', async () => {
  const first = await list('/api/v1/pods?limit=3')
  api.store.compact()
  api.store.put(node('node-c', '10.0.0.3'))
  api.store.compact()
  const late = await list(`/api/v1/pods?limit=3&continue=${first.metadata.continue}`)
  expect([late.said, late.kind]).toEqual([410, 'Status'])
  const rest = await list(`/api/v1/pods?limit=3&continue=${late.metadata.continue}`)
  expect([rest.said, rest.items.length]).toEqual([200, 1])
})

test('a watch tells what happened after a version, and what happens', async () => {
  const { metadata } = await list('/api/v1/pods')
  api.store.put(serverPod('srv-4'), serverPod('srv-4', { ready: false }))
  const told = events(`/api/v1/pods?watch=true&resourceVersion=${metadata.resourceVersion}`, 3)
  await sleep(50)
  api.store.delete('pods', 'srv-4', 'longhold')
  expect((await told).map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED'])
  const [added, , deleted] = await told
  expect([added?.object.kind, Number(deleted?.object.metadata.resourceVersion)]).toEqual(['Pod', api.store.version])
})

test('what leaves a selection is deleted for it', async () => {
  const path = '/api/v1/pods?fieldSelector=status.phase!%3DFailed'
  const { metadata, items } = await list(path)
  api.store.put(serverPod('srv-1', { phase: 'Failed' }))
  const [event] = await events(`${path}&watch=1&resourceVersion=${metadata.resourceVersion}`, 1)
  expect([items.length, event?.type, event?.object.metadata.name]).toEqual([4, 'DELETED', 'srv-1'])
})

test('bookmarks carry the version and nothing else, to those who ask for them', async () => {
  api.conduct.bookmarkMs = 20
  const path = `/apis/discovery.k8s.io/v1/endpointslices?watch=true&resourceVersion=${api.store.version}`
  const [bookmark] = await events(`${path}&allowWatchBookmarks=true`, 1)
  expect(bookmark).toEqual({
    type: 'BOOKMARK',
    object: {
      kind: 'EndpointSlice',
      apiVersion: 'discovery.k8s.io/v1',
      metadata: { resourceVersion: String(api.store.version), creationTimestamp: null },
      addressType: '',
      endpoints: null,
      ports: null,
    },
  })
})

test('a watch ends after timeoutSeconds', async () => {
  const { body } = await get(`/api/v1/nodes?watch=true&resourceVersion=${api.store.version}&timeoutSeconds=1`)
  expect(await body.text()).toBe('')
})

test.each(['event', 'status'] as const)('a version that is too old: 410 by %s', async gone => {
  api.conduct.gone = gone
  const path = '/api/v1/nodes?watch=true&resourceVersion=1'
  api.store.compact()
  const { statusCode, body } = await get(path)
  const said = (await body.json()) as { type?: string; reason?: string; object?: { code: number; reason: string } }
  if (gone === 'status') expect([statusCode, said.reason]).toEqual([410, 'Expired'])
  else expect([statusCode, said.type, said.object]).toMatchObject([200, 'ERROR', { code: 410, reason: 'Expired' }])
})

test.each([
  ['/api/v1/pods', 'not-a-token', 401, 'Unauthorized'],
  ['/api/v1/secrets', undefined, 404, 'could not find the requested resource'],
  ['/api/v1/namespaces/longhold/nodes', undefined, 404, 'could not find'],
  ['/api/v1/pods?fieldSelector=%3F', undefined, 400, 'field selector'],
  ['/api/v1/pods?continue=nonsense', undefined, 400, 'continue key is not valid'],
])('%s (%s) is %d', async (path, token, code, message) => {
  const { statusCode, body } = await get(path, token)
  expect([statusCode, await body.json()]).toMatchObject([
    code,
    { kind: 'Status', status: 'Failure', code, message: expect.stringContaining(message) },
  ])
})

test('RBAC: verb by verb, in the cluster or in a namespace', async () => {
  api.conduct.rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['list'], namespace: 'longhold' }]
  expect((await list('/api/v1/namespaces/longhold/pods')).items).toHaveLength(3)
  const slices = await list('/apis/discovery.k8s.io/v1/endpointslices?watch=true')
  expect([slices.said, slices.message]).toEqual([
    403,
    `endpointslices.discovery.k8s.io is forbidden: User "${serviceAccount}" cannot watch resource "endpointslices" in API group "discovery.k8s.io" at the cluster scope`,
  ])
})

test('too many requests: plain text and Retry-After', async () => {
  api.conduct.throttle = { times: 1, retryAfterS: 7 }
  const { statusCode, headers, body } = await get('/api/v1/pods')
  await body.dump()
  expect([statusCode, headers['retry-after'], headers['content-type']]).toEqual([429, '7', 'text/plain; charset=utf-8'])
  expect((await list('/api/v1/pods')).said).toBe(200)
})

test('endpoints that nobody is behind are null, as the controller writes them', async () => {
  api.store.put(...behind([]))
  const { items } = await list('/apis/discovery.k8s.io/v1/namespaces/longhold/endpointslices')
  expect(items).toMatchObject([{ endpoints: null }, { endpoints: null }])
})

test('a dropped watch is forgotten', async () => {
  const { body } = await get(`/api/v1/pods?watch=true&resourceVersion=${api.store.version}`)
  body.on('error', () => {})
  expect(api.watches.size).toBe(1)
  api.drop()
  await new Promise(resolve => body.on('close', resolve))
  await sleep(20)
  expect(api.watches.size).toBe(0)
})
