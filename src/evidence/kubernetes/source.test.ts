import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { everything } from '../../../test/kubernetes-api/authorization.ts'
import { writeKubeconfig, writeServiceAccount } from '../../../test/kubernetes-api/credentials.ts'
import {
  behind,
  dnsVip,
  exampleCluster,
  ipOf,
  namespace,
  nodePort,
  server as serverPod,
  servers,
  vip,
} from '../../../test/kubernetes-api/example.ts'
import { node } from '../../../test/kubernetes-api/pods.ts'
import { pour } from '../../../test/kubernetes-api/pour.ts'
import { type ApiServer, serviceAccount, startApiServer } from '../../../test/kubernetes-api/server.ts'
import { realClock } from '../../clock.ts'
import type { Flow } from '../../outcome/flow.ts'
import { machineAt } from '../machine.ts'
import type { Watch } from '../source.ts'
import { type Pace, usualPace } from './api/pace.ts'
import { kubernetes, type KubernetesFacts } from './facts.ts'
import { kubernetesSource, type KubernetesSettings } from './source.ts'

/** A minute of the real one takes a second. */
const pace: Pace = {
  ...usualPace,
  watchS: 1,
  graceMs: 300,
  retry: { baseMs: 20, capMs: 100 },
  forbiddenMs: 100,
  widenMs: 300,
}

let api: ApiServer
let folder: string
const watches: Watch[] = []
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'longhold-kubernetes-'))
  api = await startApiServer()
  api.store.put(...exampleCluster())
})
afterEach(async () => {
  for (const watch of watches.splice(0)) watch.close()
  await api[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const inPod = () => writeServiceAccount(join(folder, 'sa'), api)
const machine = machineAt('/', realClock)(new AbortController().signal)
const tcp = (remote: string): Flow => ({ proto: 'tcp', local: '10.244.1.10:40000', remote })
const toService = tcp(`${vip}:7000`)

/** A watch, and how to ask it. */
function begin(settings: Partial<KubernetesSettings> = {}) {
  const source = kubernetesSource({ ...inPod(), pace, ...settings })
  const log = pino({ level: 'silent' })
  const watch = source.begin?.({ clock: realClock, log, machine: () => machine, follow: () => () => {} })
  if (!watch) throw new Error('it does not watch')
  watches.push(watch)
  const read = async (...flows: readonly Flow[]) =>
    kubernetes.schema.parse(await watch.read(machine, { flows, accounts: [] }))
  return {
    watch,
    read,
    /** Waits until it is absent for this reason. */
    async absent(why: RegExp): Promise<void> {
      await expect.poll(() => read().catch((error: unknown) => String(error)), { timeout: 8000 }).toMatch(why)
    },
    /** The first answer that is as we want it. */
    async until(wanted: (facts: KubernetesFacts) => boolean, ...flows: readonly Flow[]): Promise<KubernetesFacts> {
      let last: unknown
      for (const late = realClock.steady() + 8000; realClock.steady() < late; await sleep(10)) {
        const facts = await read(...flows).catch((error: unknown) => void (last = error))
        if (facts && wanted(facts)) return facts
        last = facts ?? last
      }
      throw new Error(`never: ${last instanceof Error ? last.message : JSON.stringify(last, undefined, 1)}`)
    },
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const complete = ({ missing }: KubernetesFacts) => missing.length === 0
/** Everything that is ours is known, and nothing else. */
const onlyOutside = ({ missing }: KubernetesFacts) =>
  missing.length === 3 && missing.every(each => each.what.includes('outside'))
const what = ({ changes }: KubernetesFacts) => changes.map(({ what, who }) => `${what} ${who}`)

test('a flow to a ClusterIP finds its Service, its endpoints, their pods and nodes', async () => {
  const facts = await begin().until(complete, toService)
  expect(facts).toMatchObject({
    services: [
      {
        name: 'longhold/longhold-server',
        proto: 'tcp',
        address: vip,
        port: 7000,
        via: 'cluster-ip',
        endpointCount: 3,
        endpoints: servers.map(of => ({
          address: ipOf(of),
          port: 7000,
          ready: true,
          terminating: false,
          pod: `${namespace}/${of}`,
        })),
      },
    ],
    pods: servers.map(of => ({ name: `${namespace}/${of}`, address: ipOf(of), ready: true, restarts: 0 })),
    nodes: [
      { name: 'node-a', ready: true },
      { name: 'node-b', ready: true },
    ],
    changes: [],
    missing: [],
  })
  expect(facts).not.toHaveProperty('staleSince')
})

test('node ports, pods and other protocols are told apart; what belongs to no Service is none', async () => {
  const facts = await begin().until(
    complete,
    tcp(`10.0.0.2:${nodePort}`),
    tcp(`${ipOf('srv-2')}:7000`),
    { proto: 'udp', local: '10.244.1.10:40000', remote: `${dnsVip}:53` },
    tcp(`${vip}:9`),
    tcp('192.0.2.1:443'),
  )
  expect(facts.services).toMatchObject([
    { name: 'longhold/longhold-server', via: 'node-port', endpointCount: 3 },
    {
      name: 'longhold/longhold-server-pods',
      via: 'pod',
      endpoints: [{ address: ipOf('srv-2'), port: 7000, pod: 'longhold/srv-2' }],
    },
    { name: 'longhold/longhold-server', via: 'pod' },
    { name: 'kube-system/kube-dns', via: 'cluster-ip', endpoints: [{ address: '10.244.2.53', port: 1053 }] },
    { name: 'longhold/longhold-server', port: 9, noSuchPort: true, endpoints: [] },
  ])
})

test('a rollout is told as it happens, and of others nothing', async () => {
  const watch = begin()
  await watch.until(complete, toService)
  const leaving = { ready: false, serving: true, terminating: true }
  api.store.put(serverPod('srv-1', { deletedAt: '2026-11-21T10:00:30Z' }), ...behind(servers, { 'srv-1': leaving }))
  api.store.put(...behind(['srv-2', 'srv-3']))
  api.store.delete('pods', 'srv-1', namespace)
  api.store.put(node('node-b', '10.0.0.2', { ready: 'Unknown', since: '2026-11-21T10:01:00Z' }))
  const facts = await watch.until(({ changes }) => changes.length >= 5, toService)
  expect(new Set(what(facts))).toEqual(
    new Set([
      'pod-terminating longhold/srv-1',
      'endpoint-terminating longhold/srv-1',
      'endpoint-removed longhold/srv-1',
      'pod-gone longhold/srv-1',
      'node-unready node-b',
    ]),
  )
  expect(facts.nodes).toContainEqual({
    name: 'node-b',
    ready: false,
    since: Date.parse('2026-11-21T10:01:00Z'),
    cordoned: false,
  })
  expect((await watch.read(tcp(`${dnsVip}:53`))).changes.map(each => each.what)).toEqual(['node-unready'])
})

test('a Service that is deleted is remembered: flows to it go on', async () => {
  const watch = begin()
  await watch.until(complete)
  api.store.delete('services', 'longhold-server', namespace)
  api.store.delete('endpointslices', 'longhold-server-x7k2p', namespace)
  const { services, changes } = await watch.until(facts => facts.changes.length === 4, toService)
  expect(services[0]?.removedAt).toBeLessThanOrEqual(Date.now())
  expect(services).toMatchObject([{ name: 'longhold/longhold-server', via: 'cluster-ip' }])
  expect(services[0]).not.toHaveProperty('endpoints')
  expect(changes.map(each => each.what)).toContain('service-removed')
})

test('a watch that ends in time goes on where it was, by bookmarks too, and nothing is listed again', async () => {
  api.conduct.bookmarkMs = 100
  const watch = begin()
  await watch.until(complete)
  api.store.put(node('node-c', '10.0.0.3')) // only nodes change: the others get along by bookmarks
  await sleep(2500)
  const lists = api.requests.filter(({ verb }) => verb === 'list')
  expect(lists).toHaveLength(4)
  const [first, ...later] = api.requests.filter(({ verb, resource }) => verb === 'watch' && resource === 'services')
  expect(later.length).toBeGreaterThan(0)
  expect(later.at(-1)?.query['resourceVersion']).not.toBe(first?.query['resourceVersion'])
  expect(await watch.read()).not.toHaveProperty('staleSince')
})

test('after a dropped connection it goes on from the last event, and misses none', async () => {
  const watch = begin()
  await watch.until(complete)
  api.drop()
  api.store.put(...behind(['srv-2', 'srv-3']))
  const facts = await watch.until(each => each.changes.length === 1 && complete(each), toService)
  expect(what(facts)).toEqual(['endpoint-removed longhold/srv-1'])
  expect(facts.changes[0]).not.toHaveProperty('after')
  expect(api.requests.filter(({ verb }) => verb === 'list')).toHaveLength(4)
})

test.each(['event', 'status'] as const)('too old a version (410 by %s): listed anew, told late', async gone => {
  const watch = begin()
  await watch.until(complete)
  api.conduct.gone = gone
  api.conduct.deaf = true
  api.drop()
  api.store.put(...behind(['srv-2', 'srv-3']), serverPod('srv-4', { ip: '10.244.2.14' }))
  api.store.compact()
  await sleep(50)
  api.conduct.deaf = false
  api.drop()
  const facts = await watch.until(each => each.changes.length === 1 && complete(each), toService)
  expect(what(facts)).toEqual(['endpoint-removed longhold/srv-1'])
  expect(facts.changes[0]?.after).toBeLessThan(facts.changes[0]?.at ?? 0)
})

test('a list is read page by page', async () => {
  api.store.put(...Array.from({ length: 250 }, (_, i) => serverPod(`other-${i}`, { ip: `10.1.0.${i}`, uid: `u${i}` })))
  const watch = begin()
  await watch.until(complete)
  const pages = api.requests.filter(({ verb, resource }) => verb === 'list' && resource === 'pods')
  expect(pages.map(({ query }) => [query['limit'], 'continue' in query])).toEqual([
    ['100', false],
    ['100', true],
    ['100', true],
  ])
  const { pods } = await watch.read(tcp('10.1.0.249:80'))
  expect(pods).toMatchObject([{ name: 'longhold/other-249' }])
})

test('a list that takes longer than the server remembers is begun again', async () => {
  api.store.put(...Array.from({ length: 450 }, (_, i) => serverPod(`other-${i}`, { ip: `10.1.0.${i % 256}` })))
  const churn = setInterval(() => {
    api.store.put(node('node-a', '10.0.0.1'))
    api.store.compact()
  }, 1)
  const watch = begin()
  await sleep(300)
  clearInterval(churn)
  await watch.until(complete)
  const begun = api.requests.filter(each => each.resource === 'pods' && each.verb === 'list' && !each.query['continue'])
  expect(begun.length).toBeGreaterThan(1)
  expect((await watch.read(tcp('10.1.0.200:80'))).pods).toHaveLength(1)
})

test('pods that are over are neither listed nor kept', async () => {
  api.store.put(serverPod('job-1', { ip: '10.1.0.1', phase: 'Succeeded' }))
  const watch = begin()
  await watch.until(complete)
  expect((await watch.read(tcp('10.1.0.1:80'))).pods).toEqual([])
  api.store.put(serverPod('srv-1', { phase: 'Failed' })) // evicted
  const facts = await watch.until(each => each.changes.length === 1, toService)
  expect(what(facts)).toEqual(['pod-gone longhold/srv-1'])
})

test('the role in the README is enough, and no more than enough', async () => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? []
  const role = parseAllDocuments(yaml)[0]?.toJS() as {
    rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[]
  }
  api.conduct.rules = role.rules
  await begin().until(complete)
  const granted = role.rules.flatMap(({ resources, verbs }) =>
    resources.flatMap(each => verbs.map(verb => `${verb} ${each}`)),
  )
  await sleep(50)
  expect(new Set(api.requests.map(({ verb, resource }) => `${verb} ${resource}`))).toEqual(new Set(granted))
})

test('what is forbidden is told with what is lacking, and costs the others nothing', async () => {
  api.conduct.rules = [
    {
      apiGroups: ['', 'discovery.k8s.io'],
      resources: ['services', 'endpointslices', 'nodes'],
      verbs: ['list', 'watch'],
    },
  ]
  const watch = begin()
  const facts = await watch.until(
    ({ missing }) => missing.length === 1 && (missing[0]?.why.startsWith('RBAC') ?? false),
    toService,
  )
  expect(facts.services).toMatchObject([{ endpointCount: 3 }])
  expect(facts.missing).toEqual([
    {
      what: 'pods',
      why: `RBAC lacks list on "pods" in API group "" of the whole cluster; the API server says 403: pods is forbidden: User "${serviceAccount}" cannot list resource "pods" in API group "" at the cluster scope`,
    },
  ])
  api.conduct.rules = [...api.conduct.rules, { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] }]
  expect(await watch.until(complete, toService)).toHaveProperty('pods.length', 3)
})

test('where the whole cluster is forbidden, its own namespace is read', async () => {
  const own = { resources: ['services', 'endpointslices', 'pods'], verbs: ['list', 'watch'], namespace }
  api.conduct.rules = [
    { ...own, apiGroups: ['', 'discovery.k8s.io'] },
    { apiGroups: [''], resources: ['nodes'], verbs: ['list', 'watch'] },
  ]
  const watch = begin()
  const facts = await watch.until(onlyOutside, toService, tcp(`${dnsVip}:53`))
  expect(facts.services).toMatchObject([{ name: 'longhold/longhold-server', endpointCount: 3 }])
  expect(facts.missing[0]).toEqual({
    what: 'services outside of namespace longhold',
    why: expect.stringContaining('RBAC lacks list on "services" in API group "" of the whole cluster'),
  })
  expect(facts).not.toHaveProperty('staleSince')
  expect(facts.changes).toEqual([])

  api.conduct.rules = everything
  const all = await watch.until(complete, tcp(`${dnsVip}:53`))
  expect(all).toMatchObject({ services: [{ name: 'kube-system/kube-dns' }], changes: [] })
})

test('a kind that may be listed and not watched is told as stale', async () => {
  const all = ['services', 'endpointslices', 'nodes', 'pods']
  api.conduct.rules = [
    { apiGroups: ['*'], resources: all, verbs: ['list'] },
    { apiGroups: ['*'], resources: all.slice(1), verbs: ['watch'] },
  ]
  const watch = begin()
  await watch.until(each => each.missing.some(({ why }) => why.includes('lacks watch')))
  await sleep(300) // it is listed again, and stays what it is
  const facts = await watch.read(toService)
  expect(facts.missing).toContainEqual({
    what: 'changes of services',
    why: expect.stringContaining('RBAC lacks watch'),
  })
  expect(facts.staleSince).toBeGreaterThan(0)
  expect(facts.services).toMatchObject([{ endpointCount: 3 }])
})

test('turned away with Retry-After, it waits as long', async () => {
  api.conduct.throttle = { times: 4, retryAfterS: 1 }
  const began = realClock.steady()
  const watch = begin()
  await watch.absent(/429: Too many requests/)
  await watch.until(complete)
  expect(realClock.steady() - began).toBeGreaterThan(990)
})

test('a server that fails is asked again, ever more slowly, and not in step', async () => {
  api.conduct.fail = { times: 1000, code: 503 }
  const watch = begin()
  await sleep(1000)
  const asked = 1000 - api.conduct.fail.times
  expect(asked).toBeGreaterThan(8)
  expect(asked).toBeLessThan(4 * 22) // 100 ms at most between two, each of four kinds
  await watch.absent(/the API server says 503/)
  api.conduct.fail.times = 0
  await watch.until(complete)
})

test('a server that hangs is noticed, and what is known is called old', async () => {
  const watch = begin()
  await watch.until(complete)
  api.conduct.mute = true
  const at = Date.now()
  const facts = await watch.until(each => each.staleSince !== undefined, toService)
  expect(facts.staleSince).toBeLessThanOrEqual(at + 1500)
  expect(facts.missing[0]?.why).toMatch(/should have ended after 1 s, and hangs/)
  expect(facts.services).toMatchObject([{ endpointCount: 3 }])
  api.conduct.mute = false
  await watch.until(complete)
})

test('a server that takes connections and never answers is absent, with the reason', async () => {
  api.conduct.deaf = true
  const watch = begin({ pace: { ...pace, headMs: 100 } })
  await watch.absent(/no answer within 100 ms/)
  api.conduct.deaf = false
  await watch.until(complete)
})

test('a token is never sent in the clear', async () => {
  const heard: IncomingHttpHeaders[] = []
  const plain = createServer((request, answer) => {
    heard.push(request.headers)
    answer.end('{"metadata":{"resourceVersion":"1"},"items":[]}')
  }).listen(0, '127.0.0.1')
  await once(plain, 'listening')
  const { port } = plain.address() as AddressInfo
  const cluster = { server: `http://127.0.0.1:${port}` } // as kubectl proxy listens
  const watch = begin({ env: {}, kubeconfig: writeKubeconfig(join(folder, 'plain'), api, { cluster }) })
  await watch.until(() => heard.length > 0)
  for (const { authorization } of heard) expect(authorization).toBeUndefined()
  plain.close()
})

test('a server that is gone makes it stale, and one that comes back is heard', async () => {
  const watch = begin()
  await watch.until(complete)
  const { port } = api
  await api[Symbol.asyncDispose]()
  const refused = { what: 'changes of services', why: 'ECONNREFUSED' }
  const facts = await watch.until(({ missing }) => missing.some(each => isDeepStrictEqual(each, refused)), toService)
  expect(facts.staleSince).toBeLessThanOrEqual(Date.now())
  api = await startApiServer({ port }) // another CA, another token, another history: a cluster made anew
  api.store.put(...exampleCluster().filter(({ metadata }) => metadata.name !== 'srv-1'))
  for (let i = 0; i < 50; i++) api.store.put(node('node-a', '10.0.0.1'))
  api.store.compact()
  inPod()
  const back = await watch.until(complete, toService)
  expect(what(back)).toContain('pod-gone longhold/srv-1')
})

test('a token that is rotated is read again, at the latest when the old one is refused', async () => {
  const watch = begin()
  await watch.until(complete)
  api.conduct.tokens = new Map([['second-token', serviceAccount]])
  writeFileSync(join(folder, 'sa', 'token'), 'second-token\n')
  api.store.put(...behind(['srv-2']))
  api.drop()
  await watch.until(each => each.changes.length === 2 && complete(each), toService)
  api.conduct.tokens = new Map()
  api.drop()
  await watch.until(({ missing }) => missing.some(({ why }) => why === 'the API server says 401: Unauthorized'))
})

test('a kubeconfig will do: a token, or a client certificate', async () => {
  const token = writeKubeconfig(join(folder, 'token'), api)
  await begin({ env: {}, kubeconfig: token }).until(complete)
  const { cert, key } = api.authority.client('admin', 'system:masters')
  const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) }
  await begin({ env: { KUBECONFIG: writeKubeconfig(join(folder, 'cert'), api, { user }) } }).until(complete)
  expect(api.requests.at(-1)?.user).toBe('admin')
})

test('a server that is not the one its CA vouches for gets no token', async () => {
  const other = await startApiServer()
  const cluster = { server: other.url }
  const watch = begin({ env: {}, kubeconfig: writeKubeconfig(join(folder, 'wrong'), api, { cluster }) })
  await watch.absent(/SIGNATURE|CERT|self-signed/i)
  expect(other.requests).toEqual([])
  await other[Symbol.asyncDispose]()
})

test('without credentials it is absent, with the reason', async () => {
  const watch = begin({ env: {} })
  await watch.absent(/not in a pod \(KUBERNETES_SERVICE_HOST is not set\), and there is no kubeconfig/)
})

test('an API server without EndpointSlices: nobody knows the endpoints, and nobody guesses', async () => {
  api.conduct.without = ['discovery.k8s.io']
  const facts = await begin().until(each => each.missing[0]?.why.includes('1.21') ?? false, toService)
  expect(facts.services).toMatchObject([{ name: 'longhold/longhold-server' }])
  expect(facts.services[0]).not.toHaveProperty('endpoints')
})

test('closed, it is gone: no connection, no request', async () => {
  const watch = begin()
  await watch.until(complete)
  watch.watch.close()
  await sleep(100)
  const asked = api.requests.length
  expect(api.watches.size).toBe(0)
  await sleep(1500)
  expect(api.requests).toHaveLength(asked)
})

/** So much more memory is in use than before, MiB. */
function grown() {
  gc?.()
  const before = process.memoryUsage()
  return () => {
    gc?.()
    const { heapUsed, external, arrayBuffers } = process.memoryUsage()
    return (heapUsed - before.heapUsed + external - before.external + arrayBuffers - before.arrayBuffers) / 2 ** 20
  }
}

test('a line without end is cut off, and does not grow the process', async () => {
  const watch = begin({ pace: { ...pace, watchS: 30, bytesEachSecond: 1e9 } })
  await watch.until(complete)
  const more = grown()
  for (const answer of api.watches) pour(answer, 'x'.repeat(65_536))
  const { missing } = await watch.until(each => each.missing.length > 0)
  expect(missing[0]?.why).toMatch(/a line of its watch is longer than 4194304 bytes/)
  await watch.until(complete)
  expect(more()).toBeLessThan(96) // four buffers that doubled until they were full, ours and the stand-in's
})

test('a flood of events is read at our own pace, and does not grow the process', async () => {
  const bytesEachSecond = 2 ** 20
  const watch = begin({ pace: { ...pace, watchS: 6, bytesEachSecond } })
  await watch.until(complete)
  const more = grown()
  const [srv1] = api.store.all('pods').filter(({ metadata }) => metadata.name === 'srv-1')
  const event = (restarts: number) =>
    `${JSON.stringify({ type: 'MODIFIED', object: { ...serverPod('srv-1', { restarts }), metadata: srv1?.metadata } })}\n`
  const began = realClock.steady()
  const taken = [...api.watches].map(answer => pour(answer, `${event(1)}${event(2)}`.repeat(20)))
  await sleep(2500)
  const seconds = (realClock.steady() - began) / 1000
  const buffers = 8 * 2 ** 20 // the kernel's, on both sides
  for (const bytes of taken) expect(bytes()).toBeLessThan((seconds + 1) * bytesEachSecond + buffers)
  expect(more()).toBeLessThan(64)
  expect((await watch.read(toService)).changes.length).toBeLessThanOrEqual(256)
})
