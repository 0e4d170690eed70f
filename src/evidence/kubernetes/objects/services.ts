import { z } from 'zod'
import type { Service, Slice } from './kept.ts'
import { addressesOf, keyOf, meta, name, protocolOf } from './words.ts'

const service = z.object({
  metadata: meta,
  spec: z.object({
    type: z.string().nullish(),
    clusterIP: z.string().nullish(),
    clusterIPs: z.array(z.string()).nullish(),
    externalIPs: z.array(z.string()).nullish(),
    ports: z
      .array(
        z.object({
          name: z.string().nullish(),
          protocol: z.string().nullish(),
          port: z.number(),
          nodePort: z.number().nullish(),
        }),
      )
      .nullish(),
    sessionAffinity: z.string().nullish(),
    internalTrafficPolicy: z.string().nullish(),
  }),
  status: z
    .object({
      loadBalancer: z
        .object({ ingress: z.array(z.object({ ip: z.string().nullish(), ipMode: z.string().nullish() })).nullish() })
        .nullish(),
    })
    .nullish(),
})

export function parseService(object: unknown): Service | undefined {
  const { data } = service.safeParse(object)
  if (!data) return undefined
  const { spec } = data
  const named = spec.type !== 'ExternalName' // that one is a DNS record and nothing else
  // A load balancer that is a proxy (ipMode) sees the packets itself; with the other kind nodes take its address for theirs.
  const balanced = (data.status?.loadBalancer?.ingress ?? []).filter(({ ipMode }) => ipMode !== 'Proxy')
  return {
    key: keyOf(data.metadata),
    clusterIps: named ? addressesOf([...(spec.clusterIPs ?? []), spec.clusterIP]) : [],
    externalIps: named ? addressesOf([...(spec.externalIPs ?? []), ...balanced.map(({ ip }) => ip)]) : [],
    ports: (spec.ports ?? []).flatMap(({ name, protocol, port, nodePort }) => {
      const proto = protocolOf(protocol)
      return proto ? [{ name: name ?? '', proto, port, ...(nodePort ? { nodePort } : {}) }] : []
    }),
    affinity: spec.sessionAffinity === 'ClientIP',
    localOnly: spec.internalTrafficPolicy === 'Local',
  }
}

const serviceName = 'kubernetes.io/service-name'
const condition = z.boolean().nullish()
const slice = z.object({
  metadata: meta.extend({ labels: z.object({ [serviceName]: z.string().max(253).optional() }).nullish() }),
  addressType: z.string(),
  // `null`, and not `[]`, while nobody is behind the Service.
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string()).min(1),
        conditions: z.object({ ready: condition, serving: condition, terminating: condition }).nullish(),
        nodeName: name.nullish(),
        targetRef: z.object({ kind: z.string().nullish(), namespace: name.nullish(), name: name.nullish() }).nullish(),
      }),
    )
    .nullish(),
  ports: z
    .array(z.object({ name: z.string().nullish(), protocol: z.string().nullish(), port: z.number().nullish() }))
    .nullish(),
})
type RawEndpoint = NonNullable<z.output<typeof slice>['endpoints']>[number]

export function parseSlice(object: unknown): Slice | undefined {
  const { data } = slice.safeParse(object)
  if (!data) return undefined
  const { namespace, labels } = data.metadata
  const owner = labels?.[serviceName]
  return {
    key: keyOf(data.metadata),
    ...(owner && { service: keyOf({ name: owner, namespace }) }),
    ports: (data.ports ?? []).flatMap(({ name, protocol, port }) => {
      const proto = protocolOf(protocol)
      return proto ? [{ name: name ?? '', proto, ...(typeof port === 'number' && { port }) }] : []
    }),
    endpoints: data.addressType === 'FQDN' ? [] : (data.endpoints ?? []).flatMap(endpointOf),
  }
}

/**
 * What is not said is meant well: without `ready` it is ready, without `serving` it serves when it is ready, without
 * `terminating` it stays. Of several addresses consumers take the first, kube-proxy too.
 */
function endpointOf({ addresses, conditions, nodeName, targetRef }: RawEndpoint): Slice['endpoints'] {
  const [address] = addressesOf(addresses.slice(0, 1))
  if (address === undefined) return []
  const ready = conditions?.ready ?? true
  const pod = targetRef?.kind === 'Pod' && targetRef.name ? targetRef : undefined
  return [
    {
      address,
      ready,
      serving: conditions?.serving ?? ready,
      terminating: conditions?.terminating ?? false,
      ...(nodeName && { node: nodeName }),
      ...(pod && { pod: keyOf({ name: pod.name ?? '', namespace: pod.namespace ?? undefined }) }),
    },
  ]
}
