import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../src/config/load.ts'
import { overrides } from '../src/config/overrides.ts'
import type { Command } from '../src/config/schema.ts'
import { kinds } from '../src/probes/index.ts'
import type { Address } from '../src/settings/address.ts'
import { base, deployment, documents, folders, kustomization, pathOf, services } from './kubernetes.ts'
import { rendered } from './rendered.ts'

const load = (command: Command) =>
  loadConfig(kinds, { command, file: `${base}${command}.longhold.yaml`, flags: {}, env: {} })

describe('what people apply', () => {
  test.each(folders)('every file of %s is YAML without a complaint, and belongs to its kustomization', folder => {
    const files = globSync('*.yaml', { cwd: pathOf(folder) })
    for (const file of files)
      for (const { errors, warnings } of documents(`${folder}/${file}`))
        expect([file, errors, warnings]).toEqual([file, [], []])
    const { resources = [], patches = [], configMapGenerator = [] } = kustomization(folder)
    const configurations = configMapGenerator.flatMap(each => (each.files ?? []).map(named => named.split('=')[1]))
    const named = [...resources.filter(each => each.endsWith('.yaml')), ...patches.flatMap(({ path }) => path ?? [])]
    const applied = files.filter(file => file !== 'longhold.rules.yaml') // for a Prometheus without the operator
    expect(new Set([...named, ...configurations, 'kustomization.yaml'])).toEqual(new Set(applied))
  })

  test('no folder is forgotten', () =>
    expect(new Set(globSync('**/kustomization.yaml', { cwd: `${base}..` }))).toEqual(
      new Set(folders.map(folder => `${folder}/kustomization.yaml`)),
    ))

  test.each(['client', 'server'] as const)('the configuration of the %s passes the check without a warning', command =>
    expect(load(command).warnings).toEqual([]),
  )

  test('the server answers every kind that the client asks of it', () => {
    const asked = load('client').config.probes.map(({ kind }) => kind)
    expect(new Set([...Object.keys(load('server').config.server), 'dns'])).toEqual(new Set(asked))
  })

  test('every probe goes to a Service of ours that has its port, on the path it claims', () => {
    for (const { name, path = name.endsWith('-pod') ? 'pod' : 'service', to = [] } of load('client').config.probes)
      for (const { host, port } of to as readonly Address[]) {
        const service = services.find(({ metadata }) => metadata.name === host)
        expect([name, service?.spec.ports.map(each => each.port)]).toEqual([name, expect.arrayContaining([port])])
        expect([name, service?.spec.clusterIP === 'None']).toEqual([name, path === 'pod'])
      }
  })
})

describe.each(['client', 'server'] as const)('the Deployment of the %s', command => {
  const { spec } = deployment(command)
  const pod = spec.template.spec
  const [container] = pod.containers

  test('runs the command with the configuration from its ConfigMap', () => {
    expect(container.args).toEqual([command, '--config', '/etc/longhold/longhold.yaml'])
    expect(container.volumeMounts).toMatchObject([{ mountPath: '/etc/longhold', readOnly: true }])
    expect(pod.volumes).toMatchObject([{ configMap: { name: `longhold-${command}` } }])
    expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels)
  })

  test('says who it is by variables that exist, and gets no others', () => {
    expect(container.env.map(({ name }) => name)).toEqual([
      'LONGHOLD_POD',
      'LONGHOLD_NODE',
      'LONGHOLD_ZONE',
      'LONGHOLD_IP',
    ])
    for (const { name } of container.env) expect(overrides.map(({ env }) => env)).toContain(name)
    // Kubernetes would set LONGHOLD_SERVER_PORT=tcp://... for a Service longhold-server.
    expect(pod.enableServiceLinks).toBe(false)
  })

  test('has time for its goodbyes', () => {
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(load(command).config.drain * 2)
  })

  test('may do nothing that it does not need', () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  test('shows the ports it listens on, and is asked for its health where it answers', () => {
    const ports = container.ports.map(({ containerPort, protocol }) => `${containerPort}/${protocol.toLowerCase()}`)
    expect(new Set(ports)).toEqual(new Set([...(command === 'server' ? dataPorts() : []), '8080/tcp']))
    expect(load(command).config.web).toMatchObject({ listen: { port: 8080 } })
    for (const { httpGet } of [container.startupProbe, container.livenessProbe])
      expect(httpGet).toEqual({ path: '/healthz', port: 'web' })
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'web' })
  })
})

test('there are enough servers for an expired connection to meet another one', () => {
  expect(deployment('server').spec.replicas).toBeGreaterThanOrEqual(3)
})

test('Services lead to ports of the server by name', () => {
  const { metadata, spec } = deployment('server').spec.template
  expect(services.map(service => service.spec.clusterIP)).toEqual([undefined, 'None'])
  for (const service of services) {
    expect(metadata.labels).toMatchObject(service.spec.selector)
    for (const { targetPort, port, protocol } of service.spec.ports)
      expect(spec.containers[0].ports).toContainEqual({ name: targetPort, containerPort: port, protocol })
  }
})

test('the image exposes what the server listens on, that of the agent what the agent does', () => {
  const dockerfile = readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8')
  const [agent, server] = [...dockerfile.matchAll(/^EXPOSE (.+)$/gm)].map(([, ports = '']) => new Set(ports.split(' ')))
  expect(agent).toEqual(new Set(['7002/tcp']))
  expect(server).toEqual(new Set([...dataPorts(), '8080/tcp']))
})

test('kubectl renders it', () => {
  const all = rendered('base')
  const names = all.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  expect(names).toEqual(
    expect.arrayContaining([
      'Deployment longhold-client',
      'Deployment longhold-server',
      'Namespace longhold',
      'Service longhold-server',
      'Service longhold-server-pods',
    ]),
  )
  const maps = all.filter(({ kind }) => kind === 'ConfigMap')
  expect(maps.map(({ data }) => Object.keys(data ?? {}))).toEqual([['longhold.yaml'], ['longhold.yaml']])
})

/** What the server listens on by its own configuration, as Docker writes it. */
function dataPorts(): string[] {
  return Object.entries(load('server').config.server).map(([kind, settings]) => {
    const { listen } = settings as { listen: Address } // every server half has it
    return `${listen.port}/${kind.startsWith('udp') ? 'udp' : 'tcp'}`
  })
}
