import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { boards } from '../dashboards/boards.ts'
import { grafana } from '../dashboards/grafana.ts'
import { type Folder, objects } from './kubernetes.ts'
import { rendered } from './rendered.ts'
import { mistakes } from './validated.ts'

interface Policy {
  readonly podSelector: object
  readonly policyTypes: readonly string[]
  readonly ingress?: readonly Rule[]
  readonly egress?: readonly Rule[]
}

interface Rule {
  readonly from?: unknown
  readonly to?: unknown
  readonly ports: readonly { readonly port: number; readonly protocol: string }[]
}

const policies = (folder: Folder) =>
  new Map(
    rendered(folder)
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .map(({ metadata, spec }) => [metadata.name, spec as Policy]),
  )
const portsOf = ({ ports }: Rule) => ports.map(({ port, protocol }) => `${port}/${protocol}`)
const data = ['7000/TCP', '7000/UDP', '7001/TCP', '8080/TCP']
const dns = ['53/UDP', '53/TCP']
const labelled = (name: string) => [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } }]

describe('the flows of base', () => {
  const base = policies('base')

  test('are these and no others', () =>
    expect([...base.keys()].toSorted()).toEqual([
      'longhold-client',
      'longhold-deny',
      'longhold-scrapers',
      'longhold-server',
    ]))

  test('are denied both ways, unless they are named', () =>
    expect(base.get('longhold-deny')).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] }))

  test('from clients to servers are the same at both ends, and servers open none', () => {
    const [client, server] = [base.get('longhold-client'), base.get('longhold-server')]
    expect(server).toMatchObject({ policyTypes: ['Ingress'], ingress: [{ from: labelled('longhold-client') }] })
    expect(client).toMatchObject({ policyTypes: ['Egress'], egress: [{ to: labelled('longhold-server') }, {}] })
    expect(server?.ingress?.map(portsOf)).toEqual([data])
    expect(client?.egress?.map(portsOf)).toEqual([data, dns])
    expect([server?.egress, client?.ingress]).toEqual([undefined, undefined])
  })

  test('from scrapers go to the web port', () =>
    expect(base.get('longhold-scrapers')?.ingress?.map(portsOf)).toEqual([['8080/TCP']]))
})

test.each([
  ['evidence', 'longhold-client-evidence', ['7002/TCP', '443/TCP', '6443/TCP']],
  ['events', 'longhold-client-events', ['443/TCP', '6443/TCP']],
  ['node-local-dns', 'longhold-client-node-local-dns', dns],
] as const)('%s adds its own flows', (folder, name, expected) => {
  expect(policies(folder).get(name)?.egress?.flatMap(portsOf)).toEqual(expected)
})

test('from outside the data ports are open, the ledger is not', () =>
  expect(policies('external').get('longhold-server-external')?.ingress?.flatMap(portsOf)).toEqual(data.slice(0, 3)))

test('two servers stay while a node is drained, and a client is in nobody’s way', () =>
  expect(
    rendered('base').flatMap(({ kind, metadata, spec }) =>
      kind === 'PodDisruptionBudget' ? [[metadata.name, spec]] : [],
    ),
  ).toMatchObject([
    ['longhold-client', { maxUnavailable: 1 }],
    ['longhold-server', { minAvailable: 2 }],
  ]))

test('the boards for the sidecar are those of today', () => {
  const maps = rendered('grafana')
  expect(maps.map(({ data: held }) => JSON.parse(Object.values(held ?? {})[0] ?? '') as unknown)).toEqual(
    expect.arrayContaining(boards.map(board => JSON.parse(JSON.stringify(grafana(board))) as unknown)),
  )
  expect(maps.length).toBe(boards.length)
  for (const { metadata } of maps) expect(metadata.labels).toMatchObject({ grafana_dashboard: '1' })
})

test('a client on every node is patched like any other, and has no Deployment beside it', () => {
  const kinds = rendered('daemonset').flatMap(({ kind, metadata }) =>
    metadata.name === 'longhold-client' ? [kind] : [],
  )
  expect(kinds.toSorted()).toEqual(['DaemonSet', 'NetworkPolicy', 'ServiceAccount'])
})

describe('the gates ask what the alerts ask', () => {
  const rules = readFileSync(new URL('../k8s/alerts/longhold.rules.yaml', import.meta.url), 'utf8')
  const queries = ['gates/argo-rollouts.yaml', 'gates/flagger.yaml'].flatMap(file =>
    [...JSON.stringify(objects(file)).matchAll(/"query":("(?:[^"\\]|\\.)*")/g)].map(
      ([, text = '']) => [file, String(parse(text))] as const,
    ),
  )

  test('in all of them', () => expect(queries.length).toBe(4))

  test.each(queries)('in %s: %s', (_, query) => {
    const selectors = [...query.matchAll(/longhold_\w+\{[^}]*?(?=, longhold_io_pool)/g)].map(([text]) => text)
    expect(selectors.length).toBeGreaterThan(0)
    for (const selector of selectors) expect(rules).toContain(selector)
  })

  test('and the one for Argo Rollouts is valid', async () => {
    for (const object of objects('gates/argo-rollouts.yaml'))
      expect(await mistakes(object as Parameters<typeof mistakes>[0])).toEqual([])
  })
})
