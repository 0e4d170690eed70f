import { readFileSync } from 'node:fs'
import { parseNetstat } from '../../src/evidence/netstat/parse.ts'
import type { Ask } from '../../src/evidence/source.ts'
import type { Readings } from '../../src/outcome/evidence.ts'
import { conntrackOf } from './conntrack-readings.ts'
import { count, type Stage } from './stage.ts'
import { ipvsOf, kubeProxy, rulesOf } from './table-readings.ts'

/** What a source says, or why it says nothing. */
export type Said = { readonly value: unknown } | { readonly absent: string }

/** What kernels count, as one of 6.18 printed it. */
const printed = ['snmp', 'netstat']
  .map(name =>
    readFileSync(new URL(`../../src/evidence/netstat/fixtures/linux-6.18-${name}.txt`, import.meta.url), 'utf8'),
  )
  .join('')
const counters = parseNetstat(printed)

/** Our own namespace: a pod has no NAT and no conntrack to speak of. */
export function ownReadings(stage: Stage): Readings {
  return stamped(stage, {
    conntrack: { value: { count: 0, max: 262_144, buckets: 262_144, counters: quiet } },
    cpu: { value: { throttledPeriods: 12, throttledUs: 80_000, pressure10: 1.2 } },
    netstat: { value: withCounts(stage) },
    sysctl: {
      value: { ...sysctls, 'net.ipv4.ip_forward': 0, 'net.netfilter.nf_conntrack_tcp_timeout_established': 432_000 },
    },
  })
}

const quiet = { found: 0, invalid: 0, insert: 0, insert_failed: 0, drop: 0, early_drop: 0, clash_resolve: 0 }

function withCounts({ counts }: Stage): Readonly<Record<string, number>> {
  const read = { ...counters }
  for (const [name, by] of counts) read[name] = (read[name] ?? 0) + by
  return read
}

/** A node with hundreds of pods: its counters tick all day, and mean nothing. */
export function nodeReadings(stage: Stage, ask: Ask, thorough: boolean): Readings {
  const { node, time } = stage
  const hours = time.now() / 3_600_000
  const established = node.by === 'rules' ? Math.round(node.remembersMs / 1000) : 86_400
  const flows = ask.flows.length > 0
  return stamped(stage, {
    conntrack: {
      value: {
        count: Math.round(12_000 + 3000 * Math.sin(hours / 4)),
        max: 262_144,
        buckets: 65_536,
        counters: ticking(hours),
        losses: [],
      },
    },
    cpu: { value: { pressure10: 6.5 } },
    netstat: {
      value: { ...counters, 'Tcp.OutRsts': Math.round(90_000 + 700 * hours), 'Ip.InAddrErrors': 3, 'Ip.Forwarding': 1 },
    },
    sysctl: {
      value: {
        ...sysctls,
        'net.ipv4.ip_forward': 1,
        'net.bridge.bridge-nf-call-iptables': 1,
        'net.netfilter.nf_conntrack_tcp_timeout_established': established,
        ...(node.by === 'ipvs' && {
          'net.ipv4.vs.conn_reuse_mode': 1,
          'net.ipv4.vs.expire_nodest_conn': 1,
          'net.ipv4.vs.conntrack': 1,
        }),
      },
    },
    ...(flows && conntrackOf(stage, ask.flows, thorough)),
    ...(thorough && {
      'nat-rules': rulesOf(stage, ask.flows),
      ipvs: ipvsOf(stage, ask.flows),
      'kube-proxy': kubeProxy(stage),
    }),
  })
}

const ticking = (hours: number) => ({
  found: 0,
  invalid: Math.floor(31_000 + 140 * hours),
  insert: 0,
  insert_failed: Math.floor(310 + 0.6 * hours),
  drop: Math.floor(290 + 0.5 * hours),
  early_drop: 0,
  error: Math.floor(12 + 0.1 * hours),
  search_restart: Math.floor(8000 + 30 * hours),
  clash_resolve: Math.floor(4000 + 25 * hours),
})

const sysctls = {
  'net.ipv4.conf.all.forwarding': 1,
  'net.ipv4.conf.all.rp_filter': 0,
  'net.ipv4.ip_local_port_range': '32768 60999',
  'net.ipv4.tcp_keepalive_intvl': 75,
  'net.ipv4.tcp_keepalive_probes': 9,
  'net.ipv4.tcp_keepalive_time': 7200,
  'net.ipv4.tcp_retries2': 15,
  'net.ipv4.tcp_syn_retries': 6,
  'net.netfilter.nf_conntrack_max': 262_144,
  'net.netfilter.nf_conntrack_tcp_be_liberal': 0,
  'net.netfilter.nf_conntrack_tcp_loose': 1,
  'net.netfilter.nf_conntrack_tcp_max_retrans': 3,
  'net.netfilter.nf_conntrack_tcp_timeout_close_wait': 3600,
  'net.netfilter.nf_conntrack_udp_timeout': 30,
  'net.netfilter.nf_conntrack_udp_timeout_stream': 120,
}

export const stamped = ({ time }: Stage, said: Readonly<Record<string, Said>>): Readings => {
  const at = Math.round(time.wall())
  return Object.fromEntries(Object.entries(said).map(([name, each]) => [name, { at, ...each }]))
}

/** Life in our own kernel: a few packets are sent again, and a stray is reset now and then. */
export function ownLife(stage: Stage): void {
  const { time, chance } = stage
  const next = (name: string, mean: number): void => {
    time.after(chance.wait(mean), () => {
      count(stage, name)
      next(name, mean)
    })
  }
  next('Tcp.RetransSegs', 20 * 60_000)
  next('Tcp.OutRsts', 60 * 60_000)
  next('Icmp.InDestUnreachs', 90 * 60_000)
}
