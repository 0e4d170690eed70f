import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ipOf, server } from '../../../test/kubernetes-api/example.ts'
import { node } from '../../../test/kubernetes-api/pods.ts'
import { endpointSlice, service } from '../../../test/kubernetes-api/services.ts'
import { parseEvent, parseObject, parsePage } from './parse.ts'
import { kinds } from './resources.ts'

const at = { name: 'web', namespace: 'shop' }
const endpointWith = (conditions: Readonly<Record<string, boolean>>) =>
  parseObject('endpointslices', endpointSlice(at, [{ address: '10.1.0.1', conditions }], []))?.endpoints[0]

describe('a Service', () => {
  test('has addresses, ports, and how it chooses', () => {
    const ports = [
      { name: 'http', port: 80, nodePort: 30_080 },
      { name: 'sip', port: 5060, protocol: 'SCTP' as const },
    ]
    const spec = { externalIPs: ['203.0.113.7'], sessionAffinity: 'ClientIP', internalTrafficPolicy: 'Local' }
    expect(parseObject('services', service(at, ['10.96.0.1', 'FD00:0:0::1'], ports, spec))).toEqual({
      key: 'shop/web',
      clusterIps: ['10.96.0.1', 'fd00::1'],
      externalIps: ['203.0.113.7'],
      ports: [{ name: 'http', proto: 'tcp', port: 80, nodePort: 30_080 }],
      affinity: true,
      localOnly: true,
    })
  })

  test('that is headless, or only a name, has no address', () => {
    expect(parseObject('services', service(at, ['None'], []))).toMatchObject({ clusterIps: [] })
    const named = service(at, [''], [], {
      type: 'ExternalName',
      externalName: 'example.com',
      externalIPs: ['192.0.2.1'],
    })
    expect(parseObject('services', named)).toMatchObject({ clusterIps: [], externalIps: [] })
  })

  test('of a load balancer: its address is the nodes’ business, unless it is a proxy', () => {
    const ingress = [
      { ip: '203.0.113.1', ipMode: 'VIP' },
      { ip: '203.0.113.2', ipMode: 'Proxy' },
      { hostname: 'lb.example' },
    ]
    const balanced = { ...service(at, ['10.96.0.1'], []), status: { loadBalancer: { ingress } } }
    expect(parseObject('services', balanced)).toMatchObject({ externalIps: ['203.0.113.1'] })
  })
})

describe('an EndpointSlice', () => {
  test.each([
    ['nothing said is ready', {}, { ready: true, serving: true, terminating: false }],
    ['not ready does not serve', { ready: false }, { ready: false, serving: false, terminating: false }],
    [
      'terminating may still serve',
      { ready: false, serving: true, terminating: true },
      { ready: false, serving: true, terminating: true },
    ],
  ])('%s', (_, conditions, expected) => expect(endpointWith(conditions)).toMatchObject(expected))

  test('without endpoints and ports has null in their place', () => {
    const empty = { ...endpointSlice(at, [], []), ports: null }
    expect(parseObject('endpointslices', empty)).toEqual({
      key: 'shop/web-x7k2p',
      service: 'shop/web',
      ports: [],
      endpoints: [],
    })
  })

  test('of names has no addresses; one without a Service is nobody’s', () => {
    const raw = endpointSlice(at, [{ address: 'db.example.com' }], [])
    expect(parseObject('endpointslices', { ...raw, addressType: 'FQDN' })?.endpoints).toEqual([])
    const { labels: _, ...metadata } = raw.metadata
    expect(parseObject('endpointslices', { ...raw, metadata })).not.toHaveProperty('service')
  })
})

test('a pod that was killed for memory says so', () => {
  const lastEnd = { reason: 'OOMKilled', exitCode: 137, finishedAt: '2026-11-21T10:00:00Z' }
  const killed = server('srv-1', { restarts: 2, restartedAt: '2026-11-21T10:00:05Z', lastEnd, ready: false, uid: 'u1' })
  expect(parseObject('pods', killed)).toEqual({
    key: 'longhold/srv-1',
    uid: 'u1',
    addresses: [ipOf('srv-1')],
    node: 'node-a',
    ready: false,
    readySince: Date.parse('2026-11-20T07:00:00Z'),
    terminating: false,
    startedAt: Date.parse('2026-11-20T07:00:00Z'),
    restarts: 2,
    restartedAt: Date.parse('2026-11-21T10:00:05Z'),
    lastEnd: { at: Date.parse('2026-11-21T10:00:00Z'), reason: 'OOMKilled', exitCode: 137 },
  })
})

test('a pod that has just been created has nothing yet', () => {
  const metadata = { name: 'p', namespace: 'n', uid: 'u', creationTimestamp: null }
  const fresh = { metadata, spec: { containers: [] }, status: { phase: 'Pending' } }
  const kept = { key: 'n/p', uid: 'u', addresses: [], ready: false, terminating: false, restarts: 0 }
  expect(parseObject('pods', fresh)).toEqual(kept)
})

test.each([
  ['True', true],
  ['False', false],
  ['Unknown', false], // the node is silent
] as const)('a node whose Ready is %s', (ready, is) => {
  expect(parseObject('nodes', node('n', '10.0.0.1', { ready, cordoned: true }))).toMatchObject({
    key: 'n',
    addresses: ['10.0.0.1'],
    ready: is,
    cordoned: true,
  })
})

describe('a line of a watch', () => {
  const metadata = { name: 'n', resourceVersion: '7' }
  test.each([
    [
      { type: 'ADDED', object: { metadata } },
      { type: 'applied', version: '7' },
    ],
    [
      { type: 'DELETED', object: { metadata } },
      { type: 'deleted', version: '7' },
    ],
    [
      { type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } },
      { type: 'bookmark', version: '9' },
    ],
    [
      { type: 'ERROR', object: { kind: 'Status', code: 410 } },
      { type: 'error', status: { code: 410 } },
    ],
  ])('%j', (line, heard) => expect(parseEvent(JSON.stringify(line))).toMatchObject(heard))

  test.each([
    '',
    'null',
    '[]',
    '{"type":"ADDED"}',
    '{"type":"RENAMED","object":{}}',
    '{"type":"ADDED","object":{"metadata":{}}}',
    '{"type":"ADDED","object":{"metadata":{"resourceVersion":7}}}',
  ])('%j is none', line => expect(parseEvent(line)).toBeUndefined())
})

test('a page says where a watch goes on, and whether there is more', () => {
  expect(parsePage('{"metadata":{"resourceVersion":"7"},"items":null}')).toEqual({ items: [], version: '7' })
  const more = parsePage('{"metadata":{"resourceVersion":"7","continue":"abc"},"items":[{}]}')
  expect(more).toEqual({ items: [{}], version: '7', next: 'abc' })
  for (const text of ['', '<html>', '{}', '{"metadata":{}}', '{"metadata":{"resourceVersion":"1"},"items":{}}'])
    expect(parsePage(text)).toBeUndefined()
})

test('whatever it is fed, it keeps an object or nothing', () => {
  const real = [
    service(at, ['10.96.0.1'], [{ port: 80 }]),
    endpointSlice(at, [{ address: '10.1.0.1', pod: 'p', node: 'n' }], [{ port: 80 }]),
    server('srv-1', { restarts: 1 }),
    node('n', '10.0.0.1'),
  ]
  /** A real object with nonsense somewhere in it. */
  const spoiled = fc
    .tuple(fc.constantFrom(...real.map(each => JSON.stringify(each))), fc.nat(), fc.jsonValue())
    .map(([text, where, nonsense]) => {
      const places = [...text.matchAll(/(?<=:)("[^"]*"|true|false|null|\d+|\[\]|\{\})(?=[,}])/g)]
      const place = places[where % places.length]
      if (!place) return JSON.parse(text) as unknown
      return JSON.parse(
        `${text.slice(0, place.index)}${JSON.stringify(nonsense)}${text.slice(place.index + place[0].length)}`,
      ) as unknown
    })
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.jsonValue(), spoiled), fc.constantFrom(...kinds), (thing, kind) => {
      const kept = parseObject(kind, thing)
      expect(kept === undefined || kept.key.length > 0).toBe(true)
    }),
    { numRuns: 500 },
  )
})
