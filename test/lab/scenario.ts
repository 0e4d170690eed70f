import type { Forgetting } from './cluster/gateway.ts'
import type { KubeProxyFace } from './cluster/kube-proxy-ports.ts'
import type { Place, PodName } from './cluster/places.ts'
import type { Mode } from './seen/incident.ts'
import type { Proof } from './proof.ts'
import type { Lab } from './stage.ts'

/**
 * One failure, staged on a real kernel: what the cluster is, what is done to it, and what then has to be seen. A plain
 * value; the harness is elsewhere.
 */
export interface Scenario {
  /** What people type. */
  readonly name: string
  /** One line for the list: what is staged. */
  readonly summary: string
  /** What an SRE should take home, in a sentence or two. */
  readonly means: string
  /**
   * What longhold has to name, with the evidence of the node's agent: a verdict, or `verdict/variant`. Absent: nothing may
   * be named, but for what is planned.
   */
  readonly verdict?: string
  /** What is true of it as well, and may be all that can be told without the agent: names or families. They count as its family. */
  readonly withoutAgent?: readonly string[]
  /** The node modes it happens in. */
  readonly modes: readonly Mode[]
  /** Part of the test command; the others run with `all`. Default: true. */
  readonly tested?: false
  readonly cluster: ClusterPlan
  /** `probes:` of the client. */
  readonly probes: readonly Readonly<Record<string, unknown>>[]
  /** What is done, from the moment all probes run. */
  readonly stage: (lab: Lab) => Promise<void>
  /** What a run has to show. */
  readonly proofs: readonly Proof[]
  /** What the verdict says to do, where the staging does not heal already: done once it is named, and then the verdict closes. */
  readonly remedy?: Remedy
}

/** Played only where longhold judges. Waits for nothing: what closes a verdict is longhold's own business. */
export interface Remedy {
  readonly says: string
  /** Further `probes:` of the client, where those of the scenario do not live to see it. */
  readonly probes?: readonly Readonly<Record<string, unknown>>[]
  readonly work: (lab: Lab) => Promise<unknown>
}

export interface ClusterPlan {
  /** Pods that run `longhold server`, and are the endpoints of the Service `longhold`. */
  readonly servers?: readonly Place[]
  /** Pods that run a DNS server, and are the endpoints of the Service `dns`. */
  readonly dns?: readonly PodName[]
  /** Of all those, the ones that are no endpoints (yet). */
  readonly spare?: readonly PodName[]
  /** Others. */
  readonly places?: readonly Place[]
  /** Where `longhold client` runs, with the same probes everywhere. Default: the pod `client`. */
  readonly client?: Place | readonly Place[]
  /** Host names, and whose addresses they lead to at first. */
  readonly names?: Readonly<Record<string, readonly Place[]>>
  /** Seconds until a node forgets. Left out: what Linux has. Not set in a run whose staging is left out. */
  readonly memory?: Memory
  /** What the gateway before `far` does about connections it has forgotten. Default: drops their packets. */
  readonly gateway?: Forgetting
  /** `server:` of the servers. */
  readonly server?: Readonly<Record<string, unknown>>
  /** What kube-proxy says of itself. */
  readonly kubeProxy?: KubeProxyFace
  /** Nodes drop INVALID packets. Default: in iptables mode only, as kube-proxy does (kubernetes#122663). */
  readonly dropInvalid?: boolean
  /** There is a Kubernetes API, which tells the clients of the DNS pods. */
  readonly api?: true
  /** Sysctls of IPVS: as kube-proxy sets them (the default), or as the kernel has them. */
  readonly ipvsSysctls?: 'kube-proxy' | 'kernel'
}

export interface Memory {
  /** net.netfilter.nf_conntrack_tcp_timeout_established */
  readonly tcp?: number
  /** net.netfilter.nf_conntrack_udp_timeout and _udp_timeout_stream */
  readonly udp?: number
  /** nf_conntrack_tcp_timeout_established of the gateway before `far`. */
  readonly gateway?: number
  /** ipvsadm --set */
  readonly ipvsTcp?: number
  readonly ipvsUdp?: number
}
