import { expect, test } from 'vitest'
import type { Flow } from '../../../outcome/flow.ts'
import { kubernetes } from '../facts.ts'
import type { Endpoint, NewsOf, Service, Slice } from '../objects/kept.ts'
import type { Kind } from '../resources.ts'
import { reduce } from './reduce.ts'
import { emptyState } from './state.ts'
import { tell } from './tell.ts'

const service = (key: string, more: Partial<Service> = {}): Service => ({
  key,
  clusterIps: ['10.96.0.1'],
  externalIps: [],
  ports: [{ name: '', proto: 'tcp', port: 80 }],
  affinity: false,
  localOnly: false,
  ...more,
})
const endpoint = (address: string, more: Partial<Endpoint> = {}): Endpoint => ({
  address,
  ready: true,
  serving: true,
  terminating: false,
  ...more,
})
const slice = (key: string, owner: string, endpoints: readonly Endpoint[], more: Partial<Slice> = {}): Slice => ({
  key,
  service: owner,
  ports: [{ name: '', proto: 'tcp', port: 8080 }],
  endpoints,
  ...more,
})
const news = <K extends Kind>(kind: K, objects: (NewsOf<K> & { type: 'listed' })['objects']): NewsOf<K> => ({
  type: 'listed',
  kind,
  at: 1,
  isNew: true,
  objects,
})
const flow = (remote: string, proto: Flow['proto'] = 'tcp'): Flow => ({ proto, local: '10.1.9.9:40000', remote })

function cluster(services: readonly Service[], slices: readonly Slice[]) {
  const state = emptyState()
  reduce(state, news('services', services))
  reduce(state, news('endpointslices', slices))
  return state
}
const at = (port: number) => ({ ports: [{ name: 'web', proto: 'tcp', port }] as const })
const ask = (state: ReturnType<typeof emptyState>, ...flows: readonly Flow[]) =>
  kubernetes.schema.parse({ ...tell(state, flows), missing: [] })

test('a Service of two families leads each flow to its own', () => {
  const state = cluster(
    [service('n/dual', { clusterIps: ['10.96.0.1', 'fd00::1'] })],
    [slice('n/a', 'n/dual', [endpoint('10.1.0.1')]), slice('n/b', 'n/dual', [endpoint('fd01::1')])],
  )
  const { services } = ask(state, flow('10.96.0.1:80'), flow('[FD00:0::1]:80'), flow('[::ffff:10.96.0.1]:80'))
  expect(services.map(({ address, endpoints }) => [address, endpoints?.map(each => each.address)])).toEqual([
    ['10.96.0.1', ['10.1.0.1']],
    ['fd00::1', ['fd01::1']],
  ])
})

test('an endpoint that two slices have is one, and ready where either says so', () => {
  const moving = [
    slice('n/a', 'n/web', [endpoint('10.1.0.1', { ready: false })]),
    slice('n/b', 'n/web', [endpoint('10.1.0.1'), endpoint('10.1.0.2')]),
  ]
  const [found] = ask(cluster([service('n/web')], moving), flow('10.96.0.1:80')).services
  expect(found).toMatchObject({
    endpointCount: 2,
    endpoints: [
      { address: '10.1.0.1', ready: true },
      { address: '10.1.0.2', ready: true },
    ],
  })
})

test('a named port may have another number at each endpoint, or none at some', () => {
  const named = service('n/web', { ports: [{ name: 'web', proto: 'tcp', port: 80 }] })
  const state = cluster(
    [named],
    [
      slice('n/a', 'n/web', [endpoint('10.1.0.1')], at(8080)),
      slice('n/b', 'n/web', [endpoint('10.1.0.2')], at(9090)),
      slice('n/c', 'n/web', [endpoint('10.1.0.3')], { ports: [{ name: 'other', proto: 'tcp', port: 1 }] }),
    ],
  )
  const [found] = ask(state, flow('10.96.0.1:80')).services
  expect(found?.endpoints?.map(({ address, port }) => `${address}:${port}`)).toEqual(['10.1.0.1:8080', '10.1.0.2:9090'])
})

test('the same number of another protocol is another port', () => {
  expect(ask(cluster([service('n/web')], []), flow('10.96.0.1:80', 'udp')).services).toMatchObject([
    { noSuchPort: true },
  ])
})

test('a Service without endpoints has none, and that is known', () => {
  expect(ask(cluster([service('n/web')], []), flow('10.96.0.1:80')).services).toMatchObject([
    { endpointCount: 0, endpoints: [] },
  ])
})

test('a great many endpoints are counted, and not all told', () => {
  const many = Array.from({ length: 999 }, (_, i) => endpoint(`10.1.${i >> 8}.${i & 255}`))
  const [found] = ask(cluster([service('n/web')], [slice('n/a', 'n/web', many)]), flow('10.96.0.1:80')).services
  expect([found?.endpointCount, found?.endpoints?.length]).toEqual([999, 256])
})

test('an address that was given to another Service is that one’s', () => {
  const state = cluster([service('n/old')], [])
  reduce(state, { type: 'deleted', kind: 'services', at: 5, key: 'n/old' })
  expect(ask(state, flow('10.96.0.1:80')).services).toMatchObject([{ name: 'n/old', removedAt: 5 }])
  reduce(state, { type: 'applied', kind: 'services', at: 6, object: service('n/new') })
  expect(ask(state, flow('10.96.0.1:80')).services).toMatchObject([{ name: 'n/new' }])
})

test('the same target is told once, and what is no target is none', () => {
  const state = cluster([service('n/web')], [])
  const flows = [flow('10.96.0.1:80'), flow('10.96.0.1:80'), flow('web:80'), flow(''), flow('10.96.0.1'), flow('[::1')]
  expect(ask(state, ...flows).services).toHaveLength(1)
})
