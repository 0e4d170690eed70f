import { z } from 'zod'
import { defineFacts, type FactsOf } from '../facts.ts'

/** How a flow finds a Service: by an address of the Service, by a port of a node, or past it, straight to a pod. */
export const ways = ['cluster-ip', 'external-ip', 'node-port', 'pod'] as const

const endpoint = z.object({
  /** Where NAT sends this flow's packets: the pod's address and the port behind the Service's. */
  address: z.string(),
  port: z.number().optional(),
  ready: z.boolean(),
  serving: z.boolean(),
  terminating: z.boolean(),
  node: z.string().optional(),
  /** `namespace/name`. */
  pod: z.string().optional(),
})

const service = z.object({
  /** `namespace/name`. */
  name: z.string(),
  /** What the flow asks for: its `remote`, taken apart. */
  proto: z.enum(['tcp', 'udp']),
  address: z.string(),
  port: z.number(),
  via: z.enum(ways),
  /** All of them, also where `endpoints` is cut to 256. Without both nobody knows: EndpointSlices could not be read. */
  endpointCount: z.number().optional(),
  endpoints: z.array(endpoint).optional(),
  /** The Service is there and has no such port: packets to it are nobody's. */
  noSuchPort: z.literal(true).optional(),
  /** It was deleted then, epoch ms. Whom it led to is among the changes. */
  removedAt: z.number().optional(),
  /** The same client is led to the same backend. */
  affinity: z.literal('ClientIP').optional(),
  /** Only endpoints on the client's own node are used (`internalTrafficPolicy: Local`). */
  localOnly: z.literal(true).optional(),
})

const pod = z.object({
  /** `namespace/name`. */
  name: z.string(),
  /** Tells it from the pod of the same name before it. */
  uid: z.string(),
  address: z.string(),
  node: z.string().optional(),
  ready: z.boolean(),
  /** When it became ready, or ceased to be. Times of pods and nodes are the cluster's clock, epoch ms, whole seconds. */
  readySince: z.number().optional(),
  terminating: z.boolean(),
  startedAt: z.number().optional(),
  restarts: z.number(),
  restartedAt: z.number().optional(),
  /** How its container ended the last time: `OOMKilled`, `Error`, `Completed`. */
  lastEnd: z
    .object({ at: z.number().optional(), reason: z.string().optional(), exitCode: z.number().optional() })
    .optional(),
})

export const changeKinds = [
  'service-added',
  'service-removed',
  'endpoint-added',
  'endpoint-removed',
  'endpoint-ready',
  'endpoint-unready',
  'endpoint-terminating',
  'pod-ready',
  'pod-unready',
  'pod-terminating',
  'pod-restarted',
  'pod-gone',
  'node-ready',
  'node-unready',
  'node-cordoned',
  'node-uncordoned',
  'node-gone',
] as const

const change = z.object({
  /** When it was learnt, by our own clock, epoch ms. */
  at: z.number(),
  /** It was learnt late, after a gap in the watch: it happened between this and `at`. */
  after: z.number().optional(),
  what: z.enum(changeKinds),
  /** The Service, pod (`namespace/name`) or node it happened to; for an endpoint its pod, or its address where it has none. */
  who: z.string(),
  /** Of the endpoint or the pod. */
  address: z.string().optional(),
  node: z.string().optional(),
})

/** The Kubernetes API, and only what concerns the flows that were asked about. */
export const kubernetes = defineFacts(
  'kubernetes',
  z.object({
    /** One for each Service, address and port that a flow asks for. */
    services: z.array(service),
    /** Pods behind these endpoints, and pods a flow addresses without any Service. */
    pods: z.array(pod),
    /** The nodes of these pods. */
    nodes: z.array(
      z.object({ name: z.string(), ready: z.boolean(), since: z.number().optional(), cordoned: z.boolean() }),
    ),
    /** What happened to these Services, endpoints, pods and nodes since the watch began, oldest first, the newest 256. */
    changes: z.array(change),
    /** What could not be read (`pods`, `services outside of namespace longhold`), and why, with what is lacking. */
    missing: z.array(z.object({ what: z.string(), why: z.string() })),
    /** Since when nothing new could be learnt of at least one of them, epoch ms; absent while every watch is alive. */
    staleSince: z.number().optional(),
  }),
)
export type KubernetesFacts = FactsOf<typeof kubernetes>
export type ServiceFact = KubernetesFacts['services'][number]
export type EndpointFact = z.output<typeof endpoint>
export type Change = KubernetesFacts['changes'][number]
