import { describe, expect, test } from 'vitest'
import { folders } from './kubernetes.ts'
import { nameOf, rendered } from './rendered.ts'
import { mistakes } from './validated.ts'

describe.each(folders)('what %s renders to', folder => {
  test('is valid, object by object, without a field that Kubernetes would drop', async () => {
    const all = rendered(folder)
    expect(all.length).toBeGreaterThan(0)
    const wrong = await Promise.all(all.map(async object => [nameOf(object), await mistakes(object)] as const))
    expect(wrong.filter(([, found]) => found.length > 0)).toEqual([])
  })

  test('names each object once', () => {
    const names = rendered(folder).map(nameOf)
    expect(names).toEqual([...new Set(names)])
  })
})

test.each([
  ['a field that nobody knows', { spec: { replica: 3 } }, '/spec/replica: expected a known field'],
  ['one far below', { spec: { template: { spec: { hostNetworks: true } } } }, '/spec/template/spec/hostNetworks'],
  ['a number that is a text', { spec: { replicas: 'three' } }, 'replicas'],
  ['no selector', { spec: {} }, 'selector'],
])('%s is found', async (_, more, expected) => {
  const selector = { matchLabels: { app: 'a' } }
  const containers = [{ name: 'a', image: 'a' }]
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers } }
  const whole = { spec: { ...(expected === 'selector' ? {} : { selector }), template } }
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', ...merged(whole, more) }
  expect((await mistakes(object)).join('\n')).toContain(expected)
})

test('a kind without a schema is not let through', async () =>
  expect(await mistakes({ apiVersion: 'apps/v1', kind: 'Deploymint' })).toEqual([
    'expected a kind with a schema, found apps/v1 Deploymint',
  ]))

function merged(a: object, b: object): object {
  const below = ([key, value]: [string, unknown]) => {
    const had: unknown = Reflect.get(a, key)
    return [key, typeof had === 'object' && had && typeof value === 'object' && value ? merged(had, value) : value]
  }
  return { ...a, ...Object.fromEntries(Object.entries(b).map(below)) }
}
