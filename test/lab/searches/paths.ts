import { far, longholdService } from '../cluster/places.ts'
import type { ClusterPlan } from '../scenario.ts'
import type { Mode } from '../seen/incident.ts'

/** A path whose idle timeout `longhold search` has to find, without being told. */
export interface Path {
  readonly name: string
  readonly summary: string
  readonly modes: readonly Mode[]
  /** The cluster with this timeout on the path, s. */
  cluster(seconds: number): ClusterPlan
  readonly target: string
  /** Words for `longhold search` beside the usual. */
  readonly args: readonly string[]
  /** A timer of the kernel ends it: it may live for an eighth longer than it was told to. */
  readonly mayBeLate?: boolean
  /** Keepalive helps: the advice is followed. */
  readonly keepalive: boolean
  /** What each direction has to find. */
  readonly expects: Readonly<Partial<Record<'client' | 'server', Expected>>>
}

export interface Expected {
  /** `nothing`: it heals silently that way, and that is said. */
  readonly finds: 'timeout' | 'nothing'
  readonly ends?: 'at the moment of expiry' | 'at the first word'
  /** How most of them end. */
  readonly how?: string
  readonly keepaliveRefreshes?: boolean
}

const two = { servers: ['srv1', 'srv2'] } as const
const forgotten = { finds: 'timeout', ends: 'at the first word' } as const
const netfilter = ['iptables', 'nftables'] as const

export const paths: readonly Path[] = [
  {
    name: 'conntrack',
    summary: 'a Service over two servers, through conntrack',
    modes: netfilter,
    cluster: seconds => ({ ...two, memory: { tcp: seconds } }),
    target: longholdService,
    keepalive: true,
    args: [],
    expects: {
      client: { ...forgotten, how: 'reset', keepaliveRefreshes: true },
      server: { ...forgotten, how: 'unheard' },
    },
  },
  {
    name: 'single-backend',
    summary: 'a Service over one server: heals silently where the client speaks first',
    modes: netfilter,
    cluster: seconds => ({ servers: ['srv1'], memory: { tcp: seconds } }),
    target: longholdService,
    keepalive: false, // one that comes too late heals it as well
    args: [],
    expects: { client: { finds: 'nothing' }, server: { ...forgotten, how: 'unheard' } },
  },
  {
    name: 'middlebox-silent',
    summary: 'a NAT gateway that drops what it has forgotten',
    modes: netfilter,
    cluster: seconds => ({ servers: ['srv1', 'far'], gateway: 'drops', memory: { gateway: seconds } }),
    target: far.address,
    keepalive: true,
    args: [],
    expects: {
      client: { ...forgotten, how: 'unanswered', keepaliveRefreshes: true },
      server: { ...forgotten, how: 'unheard' },
    },
  },
  {
    name: 'middlebox-reset',
    summary: 'a NAT gateway that resets who speaks to it of what it has forgotten',
    modes: netfilter,
    cluster: seconds => ({ servers: ['srv1', 'far'], gateway: 'resets', memory: { gateway: seconds } }),
    target: far.address,
    keepalive: true,
    args: [],
    expects: {
      client: { ...forgotten, how: 'reset', keepaliveRefreshes: true },
      server: { ...forgotten, how: 'unheard' },
    },
  },
  {
    name: 'middlebox-tells',
    summary: 'a load balancer that resets both ends the moment it forgets',
    modes: netfilter,
    cluster: seconds => ({ servers: ['srv1', 'far'], gateway: 'tells', memory: { gateway: seconds } }),
    target: far.address,
    keepalive: true,
    args: ['--speaker', 'client', '--each', '4'],
    expects: { client: { finds: 'timeout', ends: 'at the moment of expiry', how: 'reset', keepaliveRefreshes: true } },
  },
  {
    name: 'udp',
    summary: 'UDP to a Service over two servers, through conntrack',
    modes: netfilter,
    cluster: seconds => ({ ...two, memory: { udp: seconds } }),
    target: `udp://${longholdService}`,
    keepalive: false,
    args: [],
    expects: { client: { ...forgotten, how: 'elsewhere' }, server: { ...forgotten, how: 'unheard' } },
  },
  {
    name: 'ipvs',
    summary: 'a Service over two servers, through IPVS',
    modes: ['ipvs'],
    cluster: seconds => ({ ...two, memory: { ipvsTcp: seconds } }),
    target: longholdService,
    mayBeLate: true,
    keepalive: true,
    args: ['--speaker', 'client', '--each', '4', '--rate', '100', '--min', '4s', '--deadline', '10s'],
    expects: { client: { ...forgotten, how: 'reset', keepaliveRefreshes: true } },
  },
]
