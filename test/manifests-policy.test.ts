import { describe, expect, test } from 'vitest'
import { folders } from './kubernetes.ts'
import { nameOf, type Rendered, rendered } from './rendered.ts'

// What is asserted here is asserted of the rendered output: a part that takes a protection away is found wherever it is applied.

interface Pod {
  readonly automountServiceAccountToken?: boolean
  readonly hostNetwork?: boolean
  readonly hostPID?: boolean
  readonly hostIPC?: boolean
  readonly terminationGracePeriodSeconds?: number
  readonly topologySpreadConstraints?: readonly { readonly topologyKey: string }[]
  readonly volumes?: readonly object[]
  readonly initContainers?: readonly Container[]
  readonly containers: readonly Container[]
}

interface Container {
  readonly image: string
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } }
  readonly resources?: { readonly requests?: object; readonly limits?: object }
}

const workloads = folders.flatMap(folder =>
  rendered(folder)
    .filter(({ kind }) => ['Deployment', 'DaemonSet', 'Job'].includes(kind))
    .map(object => ({ what: `${folder}: ${nameOf(object)}`, object, pod: podOf(object) })),
)
const ours = workloads.filter(({ object }) => object.metadata.name !== 'longhold-agent')
const agents = workloads.filter(({ object }) => object.metadata.name === 'longhold-agent')

test('there is something to look at', () => {
  expect(ours.length).toBeGreaterThan(20)
  expect(agents.length).toBe(2)
})

describe.each(workloads)('$what', ({ pod }) => {
  test('has limits, an image with a version, and time to say goodbye', () => {
    for (const { image, resources } of [...pod.containers, ...(pod.initContainers ?? [])]) {
      expect(image).toMatch(/(:(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})$/)
      expect(resources).toMatchObject({
        requests: { cpu: expect.any(String), memory: expect.any(String) },
        limits: { memory: expect.any(String) },
      })
    }
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(10)
  })
})

const lasting = workloads.filter(({ object }) => object.kind !== 'Job')
test.each(lasting)('$what is asked for its health', ({ pod }) => {
  for (const container of pod.containers)
    expect(container).toMatchObject({
      startupProbe: { httpGet: {} },
      livenessProbe: { httpGet: {} },
      readinessProbe: { httpGet: {} },
    })
})

describe.each(ours)('$what', ({ what, object, pod }) => {
  test('would be let into a namespace that is restricted', () => {
    expect(pod).toMatchObject({
      securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
    })
    for (const each of [pod.hostNetwork, pod.hostPID, pod.hostIPC]) expect(each ?? false).toBe(false)
    for (const volume of pod.volumes ?? [])
      expect(['configMap', 'persistentVolumeClaim', 'secret', 'projected', 'emptyDir']).toContain(
        Object.keys(volume).find(key => key !== 'name'),
      )
    for (const container of [...pod.containers, ...(pod.initContainers ?? [])])
      expect(container).toMatchObject({
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      })
    expect(JSON.stringify(pod)).not.toMatch(/"add":\[|"privileged":true|hostPort/)
  })

  test('bears no token, unless a part gives it a role', () =>
    expect(pod.automountServiceAccountToken).toBe(
      /^(evidence|events|full): /.test(what) && object.metadata.name === 'longhold-client',
    ))
})

const spread = ours.filter(({ object }) => object.kind === 'Deployment')
test.each(spread)('$what is spread over nodes and zones', ({ pod }) =>
  expect(pod.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey)).toEqual([
    'kubernetes.io/hostname',
    'topology.kubernetes.io/zone',
  ]),
)

test('servers leave the rules of every node before they say goodbye, and have time for both', () => {
  const servers = spread.filter(({ object }) => object.metadata.name.startsWith('longhold-server'))
  expect(servers.length).toBeGreaterThan(5)
  for (const { pod } of servers) {
    const [node, flag, script = ''] = pod.containers[0]?.lifecycle?.preStop.exec.command ?? []
    expect([node, flag]).toEqual(['node', '-e'])
    const waitS = Number(/^setTimeout\(\(\) => \{\}, (\d+)000\)$/.exec(script)?.[1])
    expect(waitS).toBeGreaterThanOrEqual(5)
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(waitS + 10)
  }
})

test.each(agents)('$what has the one capability that is documented', ({ pod }) => {
  expect(pod.automountServiceAccountToken).toBe(false)
  expect(pod.containers).toMatchObject([
    { securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } } },
  ])
})

function podOf({ spec }: Rendered): Pod {
  return (spec as { readonly template: { readonly spec: Pod } }).template.spec // every kind that is looked at has it
}
