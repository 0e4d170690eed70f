import { node, pod, type PodState } from './pods.ts'
import { endpointSlice, service, type SliceEndpoint } from './services.ts'
import type { Thing } from './thing.ts'

// A small cluster: two nodes, longhold's servers behind a ClusterIP, a node port and a headless Service, and the cluster's DNS.

export const namespace = 'longhold'
export const vip = '10.96.7.7'
export const nodePort = 30_700
export const dnsVip = '10.96.0.10'

const ports = [
  { name: 'hold', port: 7000 },
  { name: 'echo', port: 7000, protocol: 'UDP' },
] as const

export const ipOf = (server: string): string => `10.244.${server === 'srv-1' ? 1 : 2}.1${server.slice(-1)}`
export const nodeOf = (server: string): string => (server === 'srv-1' ? 'node-a' : 'node-b')
export const name = (server: string) => ({ namespace, name: server })

/** One server's pod, as it is, or as it changes. */
export const server = (of: string, state: PodState = {}): Thing =>
  pod(name(of), { ip: ipOf(of), node: nodeOf(of), ...state })

/** Who is behind both Services of the servers; `conditions` of those that are not simply ready. */
export const behind = (
  servers: readonly string[],
  conditions: Readonly<Record<string, NonNullable<SliceEndpoint['conditions']>>> = {},
): Thing[] =>
  ['longhold-server', 'longhold-server-pods'].map(owner =>
    endpointSlice(
      { name: owner, namespace },
      servers.map(of => ({
        address: ipOf(of),
        pod: of,
        node: nodeOf(of),
        ...(conditions[of] && { conditions: conditions[of] }),
      })),
      ports.map(({ name, port, ...rest }) => ({ name, port, ...('protocol' in rest && { protocol: rest.protocol }) })),
    ),
  )

export const servers = ['srv-1', 'srv-2', 'srv-3'] as const

export const exampleCluster = (): Thing[] => [
  node('node-a', '10.0.0.1'),
  node('node-b', '10.0.0.2'),
  service(
    { name: 'longhold-server', namespace },
    [vip],
    ports.map(each => (each.name === 'hold' ? { ...each, nodePort } : each)),
    { type: 'NodePort', externalTrafficPolicy: 'Cluster' },
  ),
  service({ name: 'longhold-server-pods', namespace }, ['None'], ports),
  ...behind(servers),
  ...servers.map(of => server(of)),
  service(
    { name: 'kube-dns', namespace: 'kube-system' },
    [dnsVip],
    [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53 },
    ],
  ),
  endpointSlice(
    { name: 'kube-dns', namespace: 'kube-system' },
    [{ address: '10.244.2.53', pod: 'coredns-1', node: 'node-b' }],
    [
      { name: 'dns', port: 1053, protocol: 'UDP' },
      { name: 'dns-tcp', port: 1053 },
    ],
  ),
  pod({ name: 'coredns-1', namespace: 'kube-system' }, { ip: '10.244.2.53', node: 'node-b' }),
]
