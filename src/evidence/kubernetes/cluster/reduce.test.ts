import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Endpoint, News, Node, Objects, Pod, Service, Slice } from '../objects/kept.ts'
import { type Kind, kinds } from '../resources.ts'
import { reduce } from './reduce.ts'
import { emptyState, type State } from './state.ts'

const endpoint = (pod: string, more: Partial<Endpoint> = {}): Endpoint => ({
  address: `10.1.0.${pod.slice(1)}`,
  ready: true,
  serving: true,
  terminating: false,
  node: 'node-a',
  pod: `n/${pod}`,
  ...more,
})
const slice = (key: string, service: string, ...endpoints: readonly Endpoint[]): Slice => ({
  key: `n/${key}`,
  service: `n/${service}`,
  ports: [{ name: 'web', proto: 'tcp', port: 8080 }],
  endpoints,
})
const pod = (name: string, more: Partial<Pod> = {}): Pod => ({
  key: `n/${name}`,
  uid: `uid-${name}`,
  addresses: [`10.1.0.${name.slice(1)}`],
  node: 'node-a',
  ready: true,
  terminating: false,
  restarts: 0,
  ...more,
})
const node = (key: string, more: Partial<Node> = {}): Node => ({
  key,
  addresses: ['10.0.0.1'],
  ready: true,
  cordoned: false,
  ...more,
})
const service = (name: string): Service => ({
  key: `n/${name}`,
  clusterIps: ['10.96.0.1'],
  externalIps: [],
  ports: [{ name: 'web', proto: 'tcp', port: 80 }],
  affinity: false,
  localOnly: false,
})

let now = 0
const listed = <K extends Kind>(kind: K, objects: readonly Objects[K][], more: object = {}) =>
  ({ type: 'listed', kind, at: ++now, isNew: false, objects, ...more }) as News
const applied = <K extends Kind>(kind: K, object: Objects[K]) => ({ type: 'applied', kind, at: ++now, object }) as News
const deleted = (kind: Kind, key: string) => ({ type: 'deleted', kind, at: ++now, key }) as News

/** Two pods behind a Service, as they were before we looked; and then what happens. */
function after(...news: readonly News[]): State {
  const state = emptyState()
  const before = [
    listed('services', [service('web')], { isNew: true }),
    listed('endpointslices', [slice('web-1', 'web', endpoint('p1'), endpoint('p2'))], { isNew: true }),
    listed('pods', [pod('p1'), pod('p2'), pod('p9')], { isNew: true }),
    listed('nodes', [node('node-a')], { isNew: true }),
  ]
  for (const each of [...before, ...news]) reduce(state, each)
  return state
}
const told = (state: State, subject = 'n/web') => state.past.of(subject).map(({ what, who }) => `${what} ${who}`)

describe('what happens to a Service', () => {
  test.each<[string, News[], string[]]>([
    ['nothing, to begin with', [], []],
    [
      'an endpoint comes, ready later',
      [
        applied('endpointslices', slice('web-2', 'web', endpoint('p3', { ready: false }))),
        applied('endpointslices', slice('web-2', 'web', endpoint('p3'))),
      ],
      ['endpoint-added n/p3', 'endpoint-ready n/p3'],
    ],
    [
      'an endpoint goes, step by step, and its pod after it',
      [
        applied('pods', pod('p1', { terminating: true })),
        applied(
          'endpointslices',
          slice('web-1', 'web', endpoint('p1', { ready: false, terminating: true }), endpoint('p2')),
        ),
        applied('endpointslices', slice('web-1', 'web', endpoint('p2'))),
        deleted('pods', 'n/p1'),
      ],
      ['pod-terminating n/p1', 'endpoint-terminating n/p1', 'endpoint-removed n/p1', 'pod-gone n/p1'],
    ],
    [
      'the pod is gone before its endpoint is',
      [deleted('pods', 'n/p1'), applied('endpointslices', slice('web-1', 'web', endpoint('p2')))],
      ['pod-gone n/p1', 'endpoint-removed n/p1'],
    ],
    [
      'its container is restarted',
      [applied('pods', pod('p2', { restarts: 1, ready: false })), applied('pods', pod('p2', { restarts: 1 }))],
      ['pod-restarted n/p2', 'pod-unready n/p2', 'pod-ready n/p2'],
    ],
    ['a pod of the same name takes its place', [applied('pods', pod('p1', { uid: 'other' }))], ['pod-gone n/p1']],
    [
      'another pod gets the address',
      [applied('endpointslices', slice('web-1', 'web', endpoint('p1', { pod: 'n/p7' }), endpoint('p2')))],
      ['endpoint-removed n/p1', 'endpoint-added n/p7'],
    ],
    [
      'an endpoint moves from one slice to another',
      [
        applied('endpointslices', slice('web-2', 'web', endpoint('p1'))),
        applied('endpointslices', slice('web-1', 'web', endpoint('p2'))),
      ],
      [],
    ],
    [
      'slices are put together while nobody looks',
      [listed('endpointslices', [slice('web-9', 'web', endpoint('p2'), endpoint('p1'))], { after: 1 })],
      [],
    ],
    [
      'a slice is given to another Service',
      [applied('endpointslices', slice('web-1', 'other', endpoint('p1')))],
      ['endpoint-removed n/p1', 'endpoint-removed n/p2'],
    ],
    [
      'it is deleted, and made again',
      [deleted('services', 'n/web'), applied('services', service('web'))],
      ['service-removed n/web', 'service-added n/web'],
    ],
    ['a pod that is behind no Service', [applied('pods', pod('p9', { ready: false })), deleted('pods', 'n/p9')], []],
    ['what was never there is deleted', [deleted('pods', 'n/p0'), deleted('endpointslices', 'n/x')], []],
  ])('%s', (_, news, changes) => expect(told(after(...news))).toEqual(changes))

  test('to a node', () => {
    const state = after(
      applied('nodes', node('node-a', { cordoned: true })),
      applied('nodes', node('node-a', { cordoned: true, ready: false })),
      deleted('nodes', 'node-a'),
    )
    expect(told(state, 'node-a')).toEqual(['node-cordoned node-a', 'node-unready node-a', 'node-gone node-a'])
  })
})

test('what changed during a gap is told late, with both ends of it', () => {
  const late = listed('pods', [pod('p1', { ready: false })], { after: 5 })
  const { at } = late
  const state = after(late)
  expect(state.past.of('n/web')).toEqual([
    { at, after: 5, what: 'pod-gone', who: 'n/p2', address: '10.1.0.2', node: 'node-a' },
    { at, after: 5, what: 'pod-unready', who: 'n/p1', address: '10.1.0.1', node: 'node-a' },
  ])
})

test('a list that cannot be compared with the one before is no change', () => {
  const state = after(listed('pods', [pod('p1')], { isNew: true }), listed('endpointslices', [], { isNew: true }))
  expect([told(state), state.known.pods.size, state.slicesOf.size]).toEqual([[], 1, 0])
})

test('a Service that is gone is remembered with its address', () => {
  const end = deleted('services', 'n/web')
  expect(after(end).removed.get('n/web')).toMatchObject({ service: { clusterIps: ['10.96.0.1'] }, at: end.at })
})

describe('memory is bounded', () => {
  test('by what is kept of one Service', () => {
    const state = after()
    for (let i = 0; i < 1000; i++) reduce(state, applied('pods', pod('p1', { ready: i % 2 === 1 })))
    expect(state.past.of('n/web')).toHaveLength(256)
  })

  test('by what is kept of all: who changed last is kept longest', () => {
    const state = after()
    for (let i = 0; i < 200; i++)
      for (let j = 0; j < 128; j++) reduce(state, applied('nodes', node(`busy-${i}`, { ready: j % 2 === 0 })))
    expect(state.past.of('busy-199').length).toBeGreaterThan(100)
    expect(state.past.of('busy-0')).toEqual([])
  })

  test('by objects, and what is too much is said', () => {
    const state = after()
    const many = Array.from({ length: 99_999 }, (_, i) => endpoint(`p${i}`, { address: `10.2.${i >> 8}.${i & 255}` }))
    reduce(state, applied('endpointslices', slice('huge', 'huge', ...many)))
    reduce(state, applied('endpointslices', slice('more', 'more', endpoint('p5'))))
    expect([...state.cut]).toEqual(['endpointslices'])
    expect(state.weight.endpointslices).toBeLessThanOrEqual(100_000)
    expect(state.known.endpointslices.size).toBe(2)
  })

  test('by Services that are gone', () => {
    const state = after()
    for (let i = 0; i < 300; i++) {
      reduce(state, applied('services', service(`s${i}`)))
      reduce(state, deleted('services', `n/s${i}`))
    }
    expect([state.removed.size, state.removed.has('n/s299')]).toEqual([256, true])
  })
})

test('whatever came when, the state is the one that a list of everything gives', () => {
  const ids = fc.constantFrom('p1', 'p2', 'p3', 'p4')
  const anEndpoint = fc
    .tuple(ids, fc.boolean(), fc.boolean())
    .map(([of, ready, terminating]) => endpoint(of, { ready, terminating }))
  const object = fc.oneof(
    fc
      .tuple(fc.constantFrom('s1', 's2', 's3'), fc.constantFrom('web', 'other'), fc.array(anEndpoint, { maxLength: 3 }))
      .map(([key, owner, endpoints]) => ['endpointslices', slice(key, owner, ...endpoints)] as const),
    fc
      .tuple(ids, fc.nat(2), fc.boolean())
      .map(([id, restarts, ready]) => ['pods', pod(id, { restarts, ready })] as const),
    fc.boolean().map(ready => ['nodes', node('node-a', { ready })] as const),
    fc.constantFrom('web', 'other').map(name => ['services', service(name)] as const),
  )
  const step = fc.tuple(object, fc.constantFrom('applied', 'deleted', 'listed'))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const state = after()
      for (const [[kind, each], what] of steps) {
        if (what === 'applied') reduce(state, applied(kind, each))
        else if (what === 'deleted') reduce(state, deleted(kind, each.key))
        else reduce(state, listed(kind, [each]))
      }
      const anew = emptyState()
      for (const kind of kinds) reduce(anew, listed(kind, [...state.known[kind].values()], { isNew: true }))
      expect(state.known).toEqual(anew.known)
      expect(state.slicesOf).toEqual(anew.slicesOf)
      expect(state.weight).toEqual(anew.weight)
    }),
  )
})
