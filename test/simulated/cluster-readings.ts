import type { Change, KubernetesFacts } from '../../src/evidence/kubernetes/facts.ts'
import type { Ask } from '../../src/evidence/source.ts'
import type { Readings } from '../../src/outcome/evidence.ts'
import { parseAddress } from '../../src/settings/address.ts'
import type { Pod } from './cluster.ts'
import { stamped } from './readings.ts'
import type { Stage } from './stage.ts'

/** What the Kubernetes API says of whom the flows call. */
export function clusterReadings(stage: Stage, { flows }: Ask): Readings {
  const { cluster, time } = stage
  const services = [
    ...new Map(flows.map(({ proto, remote }) => [`${proto} ${remote}`, { proto, remote }])).values(),
  ].flatMap(({ proto, remote }) => {
    const { host = '', port = 0 } = parseAddress(remote, 0) ?? {}
    const service = [cluster.hold, cluster.dns].find(({ address }) => address === host)
    if (!service) return []
    const endpoints = service.backends.map(endpoint(port))
    return [
      {
        name: service.name,
        proto,
        address: host,
        port,
        via: 'cluster-ip' as const,
        endpointCount: endpoints.length,
        endpoints,
      },
    ]
  })
  const pods = [...new Set([...cluster.hold.backends, ...cluster.dns.backends])]
  const value: KubernetesFacts = {
    services,
    pods: pods.map(podFact(Math.round(time.wall() - time.now()))),
    nodes: [...new Set(pods.map(({ identity }) => identity.node))].map(name => ({
      name,
      ready: !cluster.deadNodes.has(name),
      cordoned: false,
    })),
    changes: cluster.changes.slice(-256),
    missing: [],
  }
  return stamped(stage, { kubernetes: { value } })
}

const endpoint =
  (port: number) =>
  ({ identity: { ip, node, pod } }: Pod) => ({
    address: ip,
    port,
    ready: true,
    serving: true,
    terminating: false,
    node,
    pod: `longhold/${pod}`,
  })

const podFact =
  (startedAt: number) =>
  ({ identity: { pod, ip, node }, restarts, lastEnd }: Pod) => ({
    name: `longhold/${pod}`,
    uid: `uid-of-${pod}`,
    address: ip,
    node,
    ready: true,
    terminating: false,
    startedAt,
    restarts,
    ...(lastEnd && { lastEnd }),
  })

export function changed({ cluster, time }: Stage, what: Change['what'], { identity }: Pod): void {
  const { pod, ip, node } = identity
  cluster.changes.push({ at: Math.round(time.wall()), what, who: `longhold/${pod}`, address: ip, node })
}
