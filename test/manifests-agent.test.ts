import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { overrides } from '../src/config/overrides.ts'
import { agent } from '../src/cli/agent.ts'
import { type Container, deployment, type Folder, objects, only } from './kubernetes.ts'
import { nameOf, rendered } from './rendered.ts'

const daemon = only('agent/agent.yaml') as DaemonSet
const pod = daemon.spec.template.spec
const [container] = pod.containers

interface DaemonSet {
  readonly spec: {
    readonly selector: { readonly matchLabels: object }
    readonly template: {
      readonly metadata: { readonly labels: object }
      readonly spec: {
        readonly enableServiceLinks: boolean
        readonly containers: readonly [Container]
        readonly tolerations: unknown
      }
    }
  }
}

describe('the DaemonSet of the agent', () => {
  test('runs on every node, in the network of the node, and lives where that is allowed', () => {
    expect(pod).toMatchObject({ hostNetwork: true, tolerations: [{ operator: 'Exists' }] })
    expect(daemon.spec.template.metadata.labels).toMatchObject(daemon.spec.selector.matchLabels)
    expect(only('agent/namespace.yaml')).toMatchObject({
      metadata: { name: 'longhold-agent', labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    })
  })

  test('may do what the agent needs, and nothing else: the rest is for who needs it', () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect(pod).not.toHaveProperty('hostPID')
    expect(pod).not.toHaveProperty('volumes')
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] },
    })
    const optional = readFileSync(new URL('../k8s/agent/agent.yaml', import.meta.url), 'utf8').match(
      /# (hostPID|- \w+)/g,
    )
    expect(optional).toEqual(['# hostPID', '# - NET_RAW', '# - SYS_PTRACE'])
  })

  test('listens on its node’s own address, where the kubelet asks for its health and clients for evidence', () => {
    expect(variable(container, 'LONGHOLD_NODE_IP')).toEqual({ fieldRef: { fieldPath: 'status.hostIP' } })
    expect(container.args).toEqual(['agent'])
    expect(container.ports).toMatchObject([{ name: 'agent', containerPort: 7002, hostPort: 7002 }])
    for (const each of [container.startupProbe, container.livenessProbe, container.readinessProbe])
      expect(each.httpGet).toEqual({ path: '/healthz', port: 'agent' })
  })

  test('gets variables that exist, and no others', () => {
    // LONGHOLD_NODE_IP and the token have no flag of their own.
    const known = [...agent().options.map(({ envVar }) => envVar), 'LONGHOLD_NODE_IP', 'LONGHOLD_AGENT_TOKEN']
    for (const { name } of container.env) expect(known).toContain(name)
    expect(pod.enableServiceLinks).toBe(false)
  })
})

describe('the client that has evidence', () => {
  const [patched] = client('evidence').containers

  test('asks the agent of its node, with the token of a Secret where there is one', () => {
    expect(variable(patched, 'LONGHOLD_AGENT')).toEqual({ fieldRef: { fieldPath: 'status.hostIP' } })
    const token = variable(patched, 'LONGHOLD_AGENT_TOKEN')
    expect(token).toEqual({ secretKeyRef: { name: 'longhold-agent', key: 'token', optional: true } })
    expect(variable(container, 'LONGHOLD_AGENT_TOKEN')).toEqual(token)
    for (const { name } of patched.env) expect(overrides.map(({ env }) => env)).toContain(name)
  })

  test.each([
    ['evidence', 'src/evidence/kubernetes/README.md'],
    ['events', 'src/notices/README.md'],
  ] as const)('with %s has the role that the page says, and a token to use it', (folder, page) => {
    expect(objects(`${folder}/role.yaml`)).toEqual(rolesIn(page))
    expect(client(folder)).toMatchObject({ automountServiceAccountToken: true, containers: [{ name: 'client' }] })
    expect(only('base/account.yaml')).toMatchObject({ kind: 'ServiceAccount', metadata: { name: 'longhold-client' } })
    expect(deployment('client').spec.template.spec).toMatchObject({ serviceAccountName: 'longhold-client' })
  })

  test('with events says which pod it is', () =>
    expect(client('events').containers[0].env).toEqual([
      { name: 'LONGHOLD_POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
    ]))
})

describe('kubectl renders', () => {
  test('the agent by itself', () => {
    expect(rendered('agent').map(nameOf)).toEqual([
      'Namespace longhold-agent',
      'DaemonSet longhold-agent longhold-agent',
    ])
  })

  test('all of it, each in its namespace, and the client patched', () => {
    const all = rendered('full')
    const names = all.map(nameOf)
    expect(names).toEqual(
      expect.arrayContaining([
        'ClusterRole longhold-client',
        'ClusterRoleBinding longhold-client',
        'DaemonSet longhold-agent longhold-agent',
        'Deployment longhold-client longhold',
        'Deployment longhold-server longhold',
        'ServiceAccount longhold-client longhold',
      ]),
    )
    const patched = all.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'longhold-client')
    const own = deployment('client').spec.template.spec.containers[0].env
    expect(patched).toMatchObject({
      spec: {
        template: {
          spec: {
            automountServiceAccountToken: true,
            containers: [
              { env: expect.arrayContaining([...own, expect.objectContaining({ name: 'LONGHOLD_AGENT' })]) },
            ],
          },
        },
      },
    })
  })
})

const variable = ({ env }: Container, name: string): unknown => env.find(each => each.name === name)?.valueFrom

/** What a part makes of the client. */
function client(folder: Folder) {
  const patch = only(`${folder}/client.yaml`) as ReturnType<typeof deployment>
  return patch.spec.template.spec
}

/** The roles and bindings that a page shows. */
function rolesIn(page: string): unknown[] {
  const text = readFileSync(new URL(`../${page}`, import.meta.url), 'utf8')
  return [...text.matchAll(/^```yaml\n(.*?)^```/gms)]
    .flatMap(([, block = '']) => block.split(/^---\n/m))
    .map(block => parseDocument(block).toJS() as { readonly apiVersion?: string })
    .filter(({ apiVersion }) => apiVersion === 'rbac.authorization.k8s.io/v1')
}
