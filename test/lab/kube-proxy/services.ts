/** What kube-proxy was told: every Service with its endpoints, and how it is set up. */
export interface Desired {
  readonly services: readonly Service[]
  /**
   * Drop what conntrack calls INVALID. iptables mode does unless `conntrack.tcpBeLiberal` is set; nftables mode never
   * does (kubernetes#122663), IPVS mode neither. They can be made to here, to see what it would change.
   */
  readonly dropInvalid: boolean
  /** MASQUERADE what is marked for it: hairpins, node ports, what comes from outside the cluster. */
  readonly masqueradeMarked: boolean
  /** IPVS only: sysctls as kube-proxy sets them (the default), or as the kernel has them. */
  readonly ipvsSysctls?: 'kube-proxy' | 'kernel'
}

export interface Service {
  /** `namespace/name`, or a name in `default`. */
  readonly name: string
  /** ClusterIP */
  readonly address: string
  readonly ports: readonly ServicePort[]
  readonly endpoints: readonly Endpoint[]
}

export interface ServicePort {
  readonly name: string
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  readonly targetPort: number
  readonly nodePort?: number
}

export interface Endpoint {
  readonly address: string
  /**
   * 0: not ready any more. IPVS keeps such an endpoint as a real server that gets no new connections (how kube-proxy
   * lets TCP drain); the other modes have no rule for it. Default 1.
   */
  readonly weight?: number
}

/** The node whose rules they are. */
export interface Node {
  /** 192.168.77.1: where node ports are. */
  readonly address: string
  /** 10.244.0.0/16: all pods. */
  readonly podRange: string
  /** 10.244.1.0/24: its own pods. */
  readonly nodePodRange: string
  /** cni0 */
  readonly bridge: string
}

/** To be run on the node, in the order given. Ends with 0, or with one of `allow`. */
export interface Command {
  readonly argv: readonly [string, ...string[]]
  readonly stdin?: string
  readonly allow?: readonly number[]
}

export type Mode = 'iptables' | 'nftables' | 'ipvs'

export interface Proxy {
  readonly mode: Mode
  /** What kube-proxy does once, when it starts. */
  setUp(node: Node, desired: Desired): readonly Command[]
  /**
   * A whole sync: afterwards the rules are those of `desired`, whatever they were. iptables mode forgets the chains of
   * what is gone only when it is told what was there `before`; without a rule that leads to them they do nothing.
   */
  sync(desired: Desired, node: Node, before?: Desired): readonly Command[]
  /** Somebody takes kube-proxy's rules away. Whatever others have put there stays. */
  flush(node: Node): readonly Command[]
}
