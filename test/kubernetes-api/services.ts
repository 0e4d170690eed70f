import { metadata, type Named, stamp, type Thing } from './thing.ts'

// As `kubectl get -o json` prints them, every field that a real one has: what is left out must be left out on purpose.

export interface ServicePort {
  readonly name?: string
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP'
  readonly port: number
  readonly nodePort?: number
}

export function service(
  named: Required<Named>,
  clusterIPs: readonly string[],
  ports: readonly ServicePort[],
  spec: Readonly<Record<string, unknown>> = {},
): Thing {
  const headless = clusterIPs[0] === 'None'
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: metadata(named, 'kubectl-client-side-apply', { labels: { 'app.kubernetes.io/part-of': named.name } }),
    spec: {
      ports: ports.map(each => ({ protocol: 'TCP', ...each, targetPort: each.name ?? each.port })),
      selector: { 'app.kubernetes.io/name': named.name },
      clusterIP: clusterIPs[0],
      clusterIPs,
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ipFamilies: headless ? ['IPv4'] : clusterIPs.map(ip => (ip.includes(':') ? 'IPv6' : 'IPv4')),
      ipFamilyPolicy: clusterIPs.length > 1 ? 'PreferDualStack' : 'SingleStack',
      internalTrafficPolicy: 'Cluster',
      ...spec,
    },
    status: { loadBalancer: {} },
  }
}

export interface SliceEndpoint {
  readonly address: string
  readonly pod?: string
  readonly node?: string
  /** As the controller writes them: all three, unless the test says otherwise. */
  readonly conditions?: Readonly<Record<string, boolean>>
}

/** `suffix` is what the controller adds to the Service's name. Without endpoints the list is `null`, as a real one's. */
export function endpointSlice(
  { name, namespace, suffix = 'x7k2p' }: Required<Named> & { readonly suffix?: string },
  endpoints: readonly SliceEndpoint[],
  ports: readonly { readonly name?: string; readonly protocol?: string; readonly port: number }[],
): Thing {
  const owner = { apiVersion: 'v1', kind: 'Service', name, uid: ownerUid, controller: true, blockOwnerDeletion: true }
  return {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    metadata: metadata({ name: `${name}-${suffix}`, namespace }, 'kube-controller-manager', {
      generateName: `${name}-`,
      generation: 3,
      labels: {
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'kubernetes.io/service-name': name,
      },
      annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': stamp },
      ownerReferences: [owner],
    }),
    addressType: endpoints.some(({ address }) => address.includes(':')) ? 'IPv6' : 'IPv4',
    endpoints:
      endpoints.length === 0
        ? null
        : endpoints.map(({ address, pod, node, conditions }) => ({
            addresses: [address],
            conditions: conditions ?? { ready: true, serving: true, terminating: false },
            ...(pod && { targetRef: { kind: 'Pod', namespace, name: pod, uid: ownerUid } }),
            ...(node && { nodeName: node, zone: 'zone-a' }),
          })),
    ports: ports.map(each => ({ name: '', protocol: 'TCP', ...each })),
  }
}

/** Nobody looks whom it belongs to. */
const ownerUid = '6f1c9a52-3d0e-4b7a-9f63-000000000001'
