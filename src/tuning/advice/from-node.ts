import { readingsOf } from '../../diagnosis/readings.ts'
import { ipvs } from '../../evidence/ipvs/facts.ts'
import { sysctl } from '../../evidence/sysctl/facts.ts'
import type { Readings } from '../../outcome/evidence.ts'
import type { Hop } from './hop.ts'
import { kernelDefault, type Setting } from './setting.ts'

/** What a node tells of its timers. */
export interface NodeTimers {
  readonly hops: readonly Hop[]
  /** Its own sysctls, which are not those of its pods. */
  readonly current: Setting | undefined
  /** What it did not tell, and why. */
  readonly untold: readonly string[]
}

/** Where nobody set it, s (net/netfilter/ipvs/ip_vs_proto_tcp.c). */
const ipvsUsualS = 900

/** The timers that an agent read: conntrack's, those of IPVS where it has services, and the keepalive of the node itself. */
export function timersOf(node: Readings, at: number): NodeTimers {
  const readings = readingsOf([{ at, evidence: { node } }])
  const values = readings?.newest(sysctl, 'node')?.value
  const services = readings?.newest(ipvs, 'node')?.value
  const number = (name: string): number | undefined => {
    const value = values?.[name]
    return typeof value === 'number' ? value : undefined
  }
  const established = number('net.netfilter.nf_conntrack_tcp_timeout_established')
  const isBalanced = services !== undefined && services.services.length > 0
  const ipvsS = isBalanced ? (services.timeouts?.tcp ?? ipvsUsualS) : undefined
  const untold = [
    ...(values ? [] : [`sysctl: ${readings?.absence(sysctl, 'node') ?? 'nothing was read'}`]),
    ...(values && established === undefined ? ['conntrack is not at work on the node'] : []),
    ...(isBalanced && !services.timeouts
      ? [`the timeouts of IPVS cannot be read there (ipvsadm, CAP_NET_ADMIN): ${ipvsUsualS} s is assumed`]
      : []),
  ]
  return {
    hops: [
      ...(established === undefined ? [] : [hop('conntrack', established, 'sysctl of the node')]),
      ...(ipvsS === undefined
        ? []
        : [hop('ipvs', ipvsS, services?.timeouts ? 'ipvsadm -l --timeout on the node' : 'the kernel’s default')]),
    ],
    current: settingOf(number),
    untold,
  }
}

const hop = (name: string, s: number, source: string): Hop => ({
  name,
  lowS: s,
  highS: s,
  refreshed: true,
  ending: 'reset',
  source,
})

function settingOf(number: (name: string) => number | undefined): Setting | undefined {
  const idleS = number('net.ipv4.tcp_keepalive_time')
  if (idleS === undefined) return undefined
  return {
    idleS,
    intervalS: number('net.ipv4.tcp_keepalive_intvl') ?? kernelDefault.intervalS,
    count: number('net.ipv4.tcp_keepalive_probes') ?? kernelDefault.count,
    userTimeoutMs: 0,
  }
}
