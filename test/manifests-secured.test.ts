import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { agent } from '../src/cli/agent.ts'
import { loadConfig } from '../src/config/load.ts'
import type { Command } from '../src/config/schema.ts'
import { kinds } from '../src/probes/index.ts'
import { overlaid, type Rendered } from './rendered.ts'
import { mistakes } from './validated.ts'

interface Workload {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly annotations: Readonly<Record<string, string>> }
      readonly spec: {
        readonly volumes: readonly { readonly name: string; readonly projected?: { readonly sources: unknown } }[]
        readonly containers: readonly [Container]
      }
    }
  }
}

interface Container {
  readonly env: readonly { readonly name: string; readonly value?: string }[]
  readonly volumeMounts: unknown
  readonly startupProbe: unknown
  readonly livenessProbe: unknown
  readonly readinessProbe: unknown
}

const mount = '/etc/longhold-secrets'
const named = (all: readonly Rendered[], kind: string, name: string) =>
  all.find(each => each.kind === kind && each.metadata.name === name)
const filesOf = ({ env }: Container) =>
  Object.fromEntries(env.flatMap(({ name, value }) => (value?.startsWith(mount) ? [[name, value]] : [])))

describe.each([
  ['Deployments', ['base', 'agent', 'prometheus-operator'], ['evidence', 'secured'], 'Deployment'],
  [
    'a client on every node',
    ['base', 'agent', 'prometheus-operator'],
    ['daemonset', 'secured', 'evidence'],
    'DaemonSet',
  ],
] as const)('with %s', (_, resources, components, kind) => {
  const all = overlaid(resources, components)
  const workloads = [
    ['longhold-server', named(all, 'Deployment', 'longhold-server')],
    ['longhold-client', named(all, kind, 'longhold-client')],
    ['longhold-agent', named(all, 'DaemonSet', 'longhold-agent')],
  ] as const

  test.each(workloads)(
    '%s mounts both Secrets whole, so that they rotate, and is asked for its health over HTTPS',
    (__, object) => {
      const { metadata, spec } = (object as unknown as Workload).spec.template
      const [container] = spec.containers
      const sources = [{ secret: { name: 'longhold-tls' } }, { secret: { name: 'longhold-token' } }]
      expect(spec.volumes).toContainEqual({ name: 'secrets', projected: { sources } })
      expect(container.volumeMounts).toContainEqual({ name: 'secrets', mountPath: mount, readOnly: true }) // no subPath: it would never change
      for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe])
        expect(probe).toMatchObject({
          httpGet: { scheme: 'HTTPS', path: expect.stringMatching(/^\/(healthz|readyz)$/), port: expect.any(String) },
        })
      expect(metadata.annotations['prometheus.io/scrape']).toBe('false')
    },
  )

  test.each([
    ['server', 0],
    ['client', 1],
  ] as const)('the %s does with them what it should', (command, at) => {
    const [container] = (workloads[at][1] as unknown as Workload).spec.template.spec.containers
    const [web, tls] = [
      { tokenFile: `${mount}/token` },
      { certFile: `${mount}/tls.crt`, keyFile: `${mount}/tls.key`, caFile: `${mount}/ca.crt` },
    ]
    const config = loaded(command, all, {
      ...filesOf(container),
      ...(command === 'client' && { LONGHOLD_AGENT: '10.0.0.7' }),
    })
    expect(config).toMatchObject({ auth: { tokenFile: `${mount}/token` }, web: { ...web, tls } })
    if (command === 'client')
      expect(config.evidence).toMatchObject({
        agent: { tokenFile: `${mount}/token` },
        tls: { ...tls, servers: 'longhold-server', agent: 'longhold-agent' },
      })
  })

  test('the agent knows its variables', () => {
    const [container] = (workloads[2][1] as unknown as Workload).spec.template.spec.containers
    const known = agent().options.map(({ envVar }) => envVar)
    expect(Object.keys(filesOf(container)).toSorted()).toEqual([
      'LONGHOLD_AGENT_TLS_CA',
      'LONGHOLD_AGENT_TLS_CERT',
      'LONGHOLD_AGENT_TLS_KEY',
      'LONGHOLD_AGENT_TOKEN_FILE',
    ])
    for (const name of Object.keys(filesOf(container))) expect(known).toContain(name)
  })

  test.each(['longhold', 'longhold-agent'])(
    'the PodMonitor %s has what it takes, in a form that the operator knows',
    async name => {
      const monitor = named(all, 'PodMonitor', name)
      expect(monitor).toMatchObject({
        spec: {
          podMetricsEndpoints: [
            {
              scheme: 'https',
              authorization: { credentials: { name: 'longhold-token', key: 'token' } },
              tlsConfig: {
                serverName: name === 'longhold' ? 'longhold-server' : 'longhold-agent',
                keySecret: { name: 'longhold-tls', key: 'tls.key' },
              },
            },
          ],
        },
      })
      expect(await mistakes(monitor as Rendered)).toEqual([])
    },
  )
})

test('without the part evidence the client asks no agent, whatever token it has', () => {
  const all = overlaid(['base'], ['secured'])
  const [container] = (named(all, 'Deployment', 'longhold-client') as unknown as Workload).spec.template.spec.containers
  expect(loaded('client', all, filesOf(container)).evidence).toMatchObject({ agent: 'off' })
})

/** The configuration of a rendered overlay with these variables. */
function loaded(command: Command, all: readonly Rendered[], env: Readonly<Record<string, string>>) {
  const map = all.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith(`longhold-${command}`))
  const root = mkdtempSync(join(tmpdir(), 'longhold-secured-'))
  try {
    const file = join(root, 'longhold.yaml')
    writeFileSync(file, map?.data?.['longhold.yaml'] ?? '')
    const { config, warnings } = loadConfig(kinds, { command, file, flags: {}, env })
    expect(warnings).toEqual([])
    return config
  } finally {
    rmSync(root, { recursive: true })
  }
}
